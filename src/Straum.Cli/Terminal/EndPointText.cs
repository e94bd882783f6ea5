using System.Net;
using System.Net.Sockets;
using Straum.Kubernetes.Decoding;

namespace Straum.Cli.Terminal;

/// <summary>Addresses with ports as people write them.</summary>
internal static class EndPointText
{
    /// <summary>
    /// Reads 10.0.0.1, 10.0.0.1:80, fd00::1 or [fd00::1]:80. IPAddress.TryParse would take 10.1 for 10.0.0.1 and 010.0.0.1 for 8.0.0.1.
    /// </summary>
    /// <param name="text">As it was typed.</param>
    /// <param name="port">When the text has none; null when it must.</param>
    public static IPEndPoint? Parse(string text, int? port)
    {
        if (port is not null && AddressText.TryParse(text, out var alone))
        {
            return new IPEndPoint(alone, port.Value);
        }
        return IPEndPoint.TryParse(text, out var endPoint) && endPoint.Port > 0
            && (endPoint.AddressFamily == AddressFamily.InterNetworkV6 || AddressText.TryParse(text.AsSpan(0, text.LastIndexOf(':')), out _))
            ? endPoint
            : null;
    }

    /// <summary>10.0.0.1:80, or [fd00::1]:80.</summary>
    public static string Of(string address, int port) => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]:{port}" : $"{address}:{port}";
}
