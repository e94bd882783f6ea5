using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Cpu;

/// <summary>Tasks that could run and had no CPU.</summary>
internal sealed class CpuPressure : Check
{
    private const double WarnPercent = 40;

    public override string Id => "ST-CP-003";

    public override string Title => "tasks do not wait for a CPU";

    public override CheckGroup Group => CheckGroup.Cpu;

    public override Explanation Explanation { get; } = new(
        Why: "Load says how many tasks want to run; pressure says for how much of the time one of them had to wait. Whatever answers packets waits with them.",
        Threshold: "some avg60: warn above 40 %",
        Source: "kernel documentation, accounting/psi.rst; the threshold is Straum's own",
        Fix: "ps -eo pid,pcpu,comm --sort=-pcpu | head   # find who, then limit it or add CPUs");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (Pressure.Read(host.ReadText("/proc/pressure/cpu")) is not { } pressure)
        {
            return One(Finding.Unknown("this kernel reports no pressure", fix: "boot with psi=1 (CONFIG_PSI, Linux 4.20)"));
        }
        var measured = $"some task waited {Figure.Percent(pressure.Some.Sixty)} of the last minute";
        return One(pressure.Some.Sixty > WarnPercent ? Finding.Warn(measured) : Finding.Pass(measured));
    }
}
