using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Straum.Control.Addressing;
using Straum.Linux;

namespace Straum.Agent.Cni;

/// <summary>
/// What is the same for every pod's pair of devices, or follows from its owner alone: so a DEL that finds no record still
/// knows the device to remove.
/// </summary>
public static class PodLink
{
    /// <summary>Prefix of the host ends' names.</summary>
    public const string HostNamePrefix = "straum";

    /// <summary>RT_SCOPE_LINK, as results of CNI 1.1 give it.</summary>
    public const int LinkScope = 253;

    /// <summary>What our routes on the host are marked with (rtm_protocol).</summary>
    public const int RouteProtocol = 155;

    /// <summary>
    /// Of every host end. They are on different links, so it need not differ; being the same, a pod's neighbor entry for
    /// its gateway never goes stale. Set explicitly, because udev renames the address of devices that have a random one.
    /// </summary>
    public static readonly MacAddress HostMac = MacAddress.Parse("02:53:74:72:61:75");

    /// <summary>The pod's IPv4 next hop: link-local, so it can be no real host, and answered by the datapath.</summary>
    public static readonly IPAddress Gateway4 = IPAddress.Parse("169.254.1.1");

    /// <summary>The pod's IPv6 next hop.</summary>
    public static readonly IPAddress Gateway6 = IPAddress.Parse("fe80::1");

    /// <summary>Tells the pod that its IPv4 next hop is on the link.</summary>
    public static readonly IPNetwork GatewayRoute = new(Gateway4, 32);

    private static readonly IPNetwork Default4 = new(IPAddress.Any, 0);
    private static readonly IPNetwork Default6 = new(IPAddress.IPv6Any, 0);

    public static IPAddress GatewayFor(AddressFamily family) => family == AddressFamily.InterNetwork ? Gateway4 : Gateway6;

    public static IPNetwork DefaultRouteOf(AddressFamily family) => family == AddressFamily.InterNetwork ? Default4 : Default6;

    /// <summary>The name of the host end: 15 characters, the prefix and 45 bits of hash.</summary>
    public static string HostNameOf(AddressOwner owner)
    {
        const string alphabet = "abcdefghijklmnopqrstuvwxyz234567";
        var hash = BinaryPrimitives.ReadUInt64LittleEndian(HashOf(owner));
        return string.Create(15, hash, static (name, bits) =>
        {
            HostNamePrefix.CopyTo(name);
            for (var i = HostNamePrefix.Length; i < name.Length; i++, bits >>= 5)
            {
                name[i] = alphabet[(int)(bits & 31)];
            }
        });
    }

    /// <summary>The address of the pod's end: unicast, locally administered, and the same again for the same owner.</summary>
    public static MacAddress PodMacOf(AddressOwner owner)
    {
        Span<byte> bytes = stackalloc byte[MacAddress.Length];
        HashOf(owner).AsSpan(8, MacAddress.Length).CopyTo(bytes);
        bytes[0] = (byte)((bytes[0] & 0xfc) | 0x02);
        return new MacAddress(bytes);
    }

    private static byte[] HashOf(AddressOwner owner) => SHA256.HashData(Encoding.UTF8.GetBytes(owner.ToString()));
}
