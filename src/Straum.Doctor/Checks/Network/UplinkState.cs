using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Network;

/// <summary>The way out: up, with a signal, and fast enough.</summary>
internal sealed class UplinkState : Check
{
    private const int Gigabit = 1000;

    public override string Id => "ST-NE-011";

    public override string Title => "the uplink is up and fast";

    public override CheckGroup Group => CheckGroup.Network;

    public override Explanation Explanation { get; } = new(
        Why: "Everything that leaves the node passes here. A port that negotiated 100 Mbit/s works, at a tenth.",
        Threshold: "fail when an uplink (that the agent names, or else a default route) is down or has no carrier; warn below 1,000 Mbit/s",
        Source: "rtnetlink's link flags; /sys/class/net/DEVICE/speed, which virtual devices do not have",
        Fix: "ip -s link show DEVICE; ethtool DEVICE   # then the cable, the port, or the provider");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var findings = new List<Finding>();
        foreach (var link in Uplinks.Of(host))
        {
            // -1 is what drivers say that do not know.
            var speed = Uplinks.Read(host, link.Name, "speed") is > 0 and var known ? known : null as long?;
            var measured = $"MTU {link.Mtu}{(speed is null ? "" : $", {speed} Mbit/s")}";
            findings.Add(!link.IsUp ? Finding.Fail("down", link.Name, Raise(link.Name))
                : !link.HasCarrier ? Finding.Fail("no carrier", link.Name)
                : speed < Gigabit ? Finding.Warn(measured, link.Name)
                : Finding.Pass(measured, link.Name));
        }
        findings.AddRange(Uplinks.Suspects(host).Select(static l =>
            Finding.Unknown("down, and there is no default route that would say whether it is the uplink", l.Name, Raise(l.Name))));
        return Task.FromResult(Several(findings, Uplinks.None(host)));
    }

    private static string Raise(string device) => $"ip link set dev {device} up   # then its routes, which went with it";
}
