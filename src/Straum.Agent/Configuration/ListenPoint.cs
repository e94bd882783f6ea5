using System.Net;
using System.Net.Sockets;

namespace Straum.Agent.Configuration;

/// <summary>Where a server listens: <c>127.0.0.1:9962</c>, <c>[::1]:9962</c>, or <c>:9962</c> on all addresses of both families.</summary>
/// <param name="Address">Null for all.</param>
/// <param name="Port">Not 0.</param>
public sealed record ListenPoint(IPAddress? Address, int Port)
{
    /// <summary>The first that needs no capability.</summary>
    public const int FirstPort = 1024;

    public const int LastPort = 65535;

    /// <summary>Null when the text is none.</summary>
    public static ListenPoint? Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(text.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out var port) || port is < FirstPort or > LastPort)
        {
            return null;
        }
        var host = text[..colon];
        if (host.Length == 0)
        {
            return new ListenPoint(null, port);
        }
        // Without brackets ::1:9962 would be two things, and 127.1 is an address to .NET alone.
        var isBracketed = host.StartsWith('[') && host.EndsWith(']');
        return IPAddress.TryParse(isBracketed ? host[1..^1] : host, out var address) && isBracketed == (address.AddressFamily == AddressFamily.InterNetworkV6)
            && (isBracketed ? !host.Contains('%') : host.Count(c => c == '.') == 3)
            ? new ListenPoint(address, port)
            : null;
    }

    public override string ToString() => Address is null ? $":{Port}" : new IPEndPoint(Address, Port).ToString();
}
