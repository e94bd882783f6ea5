using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Conntrack;

/// <summary>Connections that the kernel's table refused.</summary>
internal sealed class KernelTableDrops : Check
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private static readonly string[] Losses = ["drop", "early_drop", "insert_failed"];

    public override string Id => "ST-CT-002";

    public override string Title => "the kernel's connection table refuses nothing";

    public override CheckGroup Group => CheckGroup.Conntrack;

    public override Explanation Explanation { get; } = new(
        Why: "early_drop counts connections that a full table lost to new ones, drop packets that found no room in it or raced for an entry. insert_failed counts two packets that raced for one entry, as the A and AAAA questions of one lookup do: the loser is gone and the client waits five seconds (kubernetes/kubernetes#56903).",
        Threshold: "over ten seconds: fail when drop, early_drop or insert_failed rises; the sums since boot are named only",
        Source: "/proc/net/stat/nf_conntrack by the names of its columns; net/netfilter/nf_conntrack_core.c",
        Fix: "sysctl -w net.netfilter.nf_conntrack_max=$((2 * $(sysctl -n net.netfilter.nf_conntrack_max)))   # insert_failed: let Services be translated by Straum, which does not use this table");

    public override TimeSpan Limit => TimeSpan.FromSeconds(20);

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (Read(host) is not { } before)
        {
            return [Finding.Skip("the kernel tracks no connections here (nf_conntrack is not loaded)")];
        }
        await host.PauseAsync(Window, stop).ConfigureAwait(false);
        var after = Read(host) ?? before;
        var rising = Losses.Where(name => Value(after, name) > Value(before, name))
            .Select(name => $"{name} +{Figure.Count(Value(after, name) - Value(before, name))}").ToList();
        var total = string.Join(", ", Losses.Select(name => $"{name} {Figure.Count(Value(after, name))}"));
        return
        [
            rising.Count > 0 ? Finding.Fail($"{string.Join(", ", rising)} in {Window.TotalSeconds:0} s; since boot: {total}")
                : Finding.Pass($"none in {Window.TotalSeconds:0} s; since boot: {total}"),
        ];
    }

    private static IReadOnlyDictionary<string, ulong>? Read(IHost host) => PerCpuCounters.Sum(host.Network.ReadText("/proc/net/stat/nf_conntrack"));

    private static ulong Value(IReadOnlyDictionary<string, ulong> counters, string name) => counters.GetValueOrDefault(name);
}
