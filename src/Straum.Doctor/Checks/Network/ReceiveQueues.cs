using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Network;

/// <summary>One receive queue is one CPU's work, however many there are.</summary>
internal sealed class ReceiveQueues : Check
{
    private const int CpusForOneQueue = 2;

    public override string Id => "ST-NE-004";

    public override string Title => "received packets are spread over the CPUs";

    public override CheckGroup Group => CheckGroup.Network;

    public override Explanation Explanation { get; } = new(
        Why: "A device with one receive queue interrupts one CPU, which then takes in every packet of the node while the others idle. Virtual machines get one queue unless the provider is asked for more.",
        Threshold: "warn when an uplink has one queue on more than two CPUs and no packet steering (rps_cpus)",
        Source: "kernel documentation, networking/scaling.rst (RSS and RPS)",
        Fix: "ethtool -L DEVICE combined QUEUES   # where the driver has only one: echo ffffffff > /sys/class/net/DEVICE/queues/rx-0/rps_cpus");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var findings = new List<Finding>();
        foreach (var link in Uplinks.Of(host))
        {
            if (host.Network.Nic(link.Name) is not { Queues: { } queues } nic)
            {
                findings.Add(Finding.Skip($"{link.Name}: the driver does not say how many queues it has"));
                continue;
            }
            var steered = host.ReadText($"/sys/class/net/{link.Name}/queues/rx-0/rps_cpus")?.Trim().Trim('0', ',') is { Length: > 0 };
            var measured = $"{nic.Driver}, {queues} of {nic.MaxQueues} queues for {host.Cpus} CPUs{(steered ? ", packets steered" : "")}";
            findings.Add(queues > 1 || host.Cpus <= CpusForOneQueue || steered ? Finding.Pass(measured, link.Name)
                : Finding.Warn(measured, link.Name, nic.MaxQueues > 1
                    ? $"ethtool -L {link.Name} combined {Math.Min(nic.MaxQueues.Value, host.Cpus)}"
                    : $"echo {SteeringMask(host.Cpus)} > /sys/class/net/{link.Name}/queues/rx-0/rps_cpus"));
        }
        return Task.FromResult(Several(findings, Uplinks.None(host)));
    }

    /// <summary>A bit for each CPU in groups of 32, the highest first.</summary>
    private static string SteeringMask(int cpus)
    {
        var groups = Enumerable.Range(0, (cpus + 31) / 32).Select(i => Math.Min(32, cpus - 32 * i)).Reverse();
        return string.Join(',', groups.Select(static bits => (bits == 32 ? uint.MaxValue : (1u << bits) - 1).ToString("x", System.Globalization.CultureInfo.InvariantCulture)));
    }
}
