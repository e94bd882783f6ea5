using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Cpu;

/// <summary>Ten one-second samples, as <c>iostat -c 1 10</c> takes them.</summary>
internal sealed class CpuSteal : Check
{
    private const int Samples = 10, Consistently = 8;
    private const double WarnPercent = 0.5, FailPercent = 5;

    public override string Id => "ST-CP-001";

    public override string Title => "the hypervisor gives the CPU when asked";

    public override CheckGroup Group => CheckGroup.Cpu;

    public override Explanation Explanation { get; } = new(
        Why: "Stolen time is time in which this machine wanted to run and its provider ran another customer. Packets wait in the meantime: it shows as latency that nothing in the machine explains.",
        Threshold: "of ten one-second samples: warn when at least 8 are above 0.5 %, fail when their mean is above 5 %",
        Source: "/proc/stat, column steal, as iostat -c 1 10 reads it; proc(5)",
        Fix: "ask the provider for dedicated CPUs or another host; no setting in this machine brings the time back");

    public override TimeSpan Limit => TimeSpan.FromSeconds(20);

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (CpuTimes.Read(host.ReadText("/proc/stat")) is not { } before)
        {
            return [Finding.Unknown("/proc/stat is not there")];
        }
        var first = before;
        var above = 0;
        double highest = 0;
        for (var i = 0; i < Samples; i++)
        {
            await host.PauseAsync(TimeSpan.FromSeconds(1), stop).ConfigureAwait(false);
            var after = CpuTimes.Read(host.ReadText("/proc/stat"))!.Value;
            var percent = CpuTimes.StealPercent(before, after);
            above += percent > WarnPercent ? 1 : 0;
            highest = Math.Max(highest, percent);
            before = after;
        }
        var mean = CpuTimes.StealPercent(first, before);
        var measured = $"{Figure.Percent(mean)} stolen on average, at most {Figure.Percent(highest)}, {above} of {Samples} samples above {Figure.Percent(WarnPercent)}";
        return [mean > FailPercent ? Finding.Fail(measured) : above >= Consistently ? Finding.Warn(measured) : Finding.Pass(measured)];
    }
}
