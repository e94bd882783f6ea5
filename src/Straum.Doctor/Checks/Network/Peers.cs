using System.Net;
using Straum.Doctor.Checks.Cluster;
using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Network;

/// <summary>The other nodes: those that the agent knows, and those that the user named.</summary>
internal static class Peers
{
    /// <summary>What a check of the way to other nodes says where there are none.</summary>
    public static Finding None { get; } = Finding.Skip("no other node is known; name one with --peer ADDRESS");

    /// <summary>Address and name; the user's have none.</summary>
    public static async Task<IReadOnlyList<(IPAddress Address, string Name)>> OfAsync(IHost host, CancellationToken stop)
    {
        var peers = new Dictionary<IPAddress, string>();
        if (await AgentReport.AskAsync(host, "routes", stop).ConfigureAwait(false) is { } routes)
        {
            foreach (var route in routes.Items("routes").Where(static r => r.Text("kind") == "remote-node"))
            {
                if (IPNetwork.TryParse(route.Text("prefix"), out var prefix))
                {
                    peers[prefix.BaseAddress] = route.Text("peer");
                }
            }
        }
        foreach (var address in host.Options.Peers)
        {
            peers.TryAdd(address, "");
        }
        return [.. peers.Select(static p => (p.Key, p.Value is "" ? p.Key.ToString() : $"{p.Value} {p.Key}"))];
    }
}
