using System.Net;
using System.Text.Json;

namespace Straum.Lab.Echo;

/// <summary>Who a <c>straum echo</c> says it is.</summary>
/// <param name="Pod">The pod's name.</param>
/// <param name="Node">The node's name; may be empty.</param>
public sealed record EchoIdentity(string Pod, string Node)
{
    /// <summary>The identity in POD_NAME and NODE_NAME; without POD_NAME, the host name.</summary>
    public static EchoIdentity FromEnvironment() => new(
        Environment.GetEnvironmentVariable("POD_NAME") is { Length: > 0 } pod ? pod : Environment.MachineName,
        Environment.GetEnvironmentVariable("NODE_NAME") ?? "");

    /// <summary>Prints the answer to one request as UTF-8 JSON.</summary>
    /// <param name="protocol">http, tcp or udp.</param>
    /// <param name="local">The address and port that the request reached.</param>
    /// <param name="remote">The source that it came from.</param>
    /// <param name="received">Bytes in the request.</param>
    /// <param name="size">Wanted size in bytes; an answer that is longer by itself is not cut. 0 = as it comes.</param>
    internal byte[] Answer(string protocol, IPEndPoint local, IPEndPoint remote, int received, int size)
    {
        var answer = new EchoAnswer(
            Pod, Node, protocol, Unmapped(local.Address).ToString(), local.Port,
            Unmapped(remote.Address).ToString(), remote.Port, received, size > 0 ? "" : null);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(answer, EchoJson.Default.EchoAnswer);
        if (bytes.Length >= size)
        {
            return bytes;
        }
        var pad = string.Create(size - bytes.Length, 0, static (text, _) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = (char)('a' + (i % 26));
            }
        });
        return JsonSerializer.SerializeToUtf8Bytes(answer with { Pad = pad }, EchoJson.Default.EchoAnswer);
    }

    // A dual-stack socket shows IPv4 as ::ffff:a.b.c.d, which is not what anybody sent.
    internal static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
