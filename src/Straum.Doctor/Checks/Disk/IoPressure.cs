using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Disk;

/// <summary>All tasks that waited for a disk.</summary>
internal sealed class IoPressure : Check
{
    private const double WarnPercent = 10, FailPercent = 40;

    public override string Id => "ST-DI-003";

    public override string Title => "tasks do not wait for the disk";

    public override CheckGroup Group => CheckGroup.Disk;

    public override Explanation Explanation { get; } = new(
        Why: "While every task that could run waits for a disk, nothing is answered. A neighbour on the same disk, a log that is synced, or swap does this.",
        Threshold: "full avg60: warn above 10 %, fail above 40 %",
        Source: "kernel documentation, accounting/psi.rst; the thresholds are Straum's own",
        Fix: "cat /proc/pressure/io; pidstat -d 1 5   # find who writes, then move or limit it");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (Pressure.Read(host.ReadText("/proc/pressure/io")) is not { } pressure)
        {
            return One(Finding.Unknown("this kernel reports no pressure", fix: "boot with psi=1 (CONFIG_PSI, Linux 4.20)"));
        }
        var measured = $"all tasks waited {Figure.Percent(pressure.Full.Sixty)} of the last minute";
        return One(pressure.Full.Sixty > FailPercent ? Finding.Fail(measured) : pressure.Full.Sixty > WarnPercent ? Finding.Warn(measured) : Finding.Pass(measured));
    }
}
