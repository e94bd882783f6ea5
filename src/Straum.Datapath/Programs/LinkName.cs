using Straum.Linux.Netlink;

namespace Straum.Datapath.Programs;

/// <summary>Names of pinned links on devices: <c>pod-17-in</c>. Links on the control group are called as their program.</summary>
/// <param name="Role">`pod`, `uplink` or `overlay`.</param>
/// <param name="InterfaceIndex">The device.</param>
/// <param name="Direction">Ingress sees what comes from the device.</param>
internal readonly record struct LinkName(string Role, int InterfaceIndex, TcDirection Direction)
{
    public const string Pod = "pod";
    public const string Uplink = "uplink";
    public const string Overlay = "overlay";

    /// <summary>Null for links that are on no device.</summary>
    public static LinkName? TryParse(string name) =>
        name.Split('-') is [var role, var index, "in" or "out"] parts && int.TryParse(index, out var number)
            ? new LinkName(role, number, parts[2] == "in" ? TcDirection.Ingress : TcDirection.Egress)
            : null;

    public override string ToString() => $"{Role}-{InterfaceIndex}-{(Direction == TcDirection.Ingress ? "in" : "out")}";
}
