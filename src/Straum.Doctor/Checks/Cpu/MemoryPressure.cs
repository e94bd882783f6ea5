using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Cpu;

/// <summary>All tasks that waited for memory to be freed.</summary>
internal sealed class MemoryPressure : Check
{
    private const double WarnPercent = 1, FailPercent = 10;

    public override string Id => "ST-CP-004";

    public override string Title => "tasks do not wait for memory";

    public override CheckGroup Group => CheckGroup.Cpu;

    public override Explanation Explanation { get; } = new(
        Why: "When memory is short every task stands still while the kernel frees pages, the ones that answer packets too, and then the kernel ends some of them.",
        Threshold: "full avg60: warn above 1 %, fail above 10 %",
        Source: "kernel documentation, accounting/psi.rst; systemd-oomd acts at 60 % of some, Straum's thresholds are earlier",
        Fix: "ps -eo pid,rss,comm --sort=-rss | head   # find who, then limit it or add memory");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (Pressure.Read(host.ReadText("/proc/pressure/memory")) is not { } pressure)
        {
            return One(Finding.Unknown("this kernel reports no pressure", fix: "boot with psi=1 (CONFIG_PSI, Linux 4.20)"));
        }
        var measured = $"all tasks waited {Figure.Percent(pressure.Full.Sixty)} of the last minute";
        return One(pressure.Full.Sixty > FailPercent ? Finding.Fail(measured) : pressure.Full.Sixty > WarnPercent ? Finding.Warn(measured) : Finding.Pass(measured));
    }
}
