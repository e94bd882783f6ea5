using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Formats;

/// <summary>A prefix of either family, with no bit set behind it.</summary>
internal sealed class NetworkFormat : ConfigFormat<IPNetwork>
{
    public static readonly NetworkFormat Instance = new();

    public override string Expected => "a prefix such as 10.0.0.0/8 or fd00::/8";

    public override bool TryRead(ConfigNode node, Complain complain, out IPNetwork value)
    {
        value = default;
        if (node is not ConfigScalar { IsNull: false } scalar
            || scalar.Text.Split('/') is not [var host, var bits]
            || !IPAddress.TryParse(host, out var address)
            || !int.TryParse(bits, out var length)
            || length < 0 || length > (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128))
        {
            return Refuse(node, complain, out value);
        }
        value = new IPNetwork(Masked(address, length), length);
        if (!value.BaseAddress.Equals(address))
        {
            complain(node, $"found {scalar.Text}, which has bits set behind its prefix", $"write {value}");
            return false;
        }
        return true;
    }

    public override string Print(IPNetwork value) => value.ToString();

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^[0-9A-Fa-f:.]+/[0-9]{1,3}$" };

    private static IPAddress Masked(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var keep = Math.Clamp(length - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xff << (8 - keep));
        }
        return new IPAddress(bytes);
    }
}
