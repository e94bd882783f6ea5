using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Network;

/// <summary>Work that the device takes from the CPU.</summary>
internal sealed class Offloads : Check
{
    public override string Id => "ST-NE-005";

    public override string Title => "the network device does its share";

    public override CheckGroup Group => CheckGroup.Network;

    public override Explanation Explanation { get; } = new(
        Why: "With segmentation, aggregation and checksums in the device a packet of 64 KiB crosses the kernel once; without, as 45 packets, each with its own checksum. Somebody turns them off to chase a bug and forgets.",
        Threshold: "warn when TSO, GRO or transmit checksums of an uplink are off",
        Source: "kernel documentation, networking/segmentation-offloads.rst; Cilium's Documentation/operations/performance/tuning.rst",
        Fix: "ethtool -K DEVICE tso on gro on tx on");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var findings = new List<Finding>();
        foreach (var link in Uplinks.Of(host))
        {
            if (host.Network.Nic(link.Name) is not { } nic || link.Kind is not "")
            {
                // Bridges, bonds and veth pairs pass on what is below them.
                findings.Add(Finding.Skip($"{link.Name}: no hardware to ask"));
                continue;
            }
            var off = new[] { ("tso", nic.Segmentation), ("gro", nic.ReceiveAggregation), ("tx", nic.SendChecksum) }
                .Where(static f => f.Item2 == false).Select(static f => f.Item1).ToList();
            findings.Add(off.Count == 0 ? Finding.Pass($"{nic.Driver}: tso, gro and tx checksums are on", link.Name)
                : Finding.Warn($"{nic.Driver}: {string.Join(", ", off)} off", link.Name, $"ethtool -K {link.Name} {string.Join(' ', off.Select(static f => f + " on"))}"));
        }
        return Task.FromResult(Several(findings, Uplinks.None(host)));
    }
}
