using System.Net;
using System.Net.Sockets;
using Straum.Kubernetes.Client;
using Straum.Lab.Topology;

namespace Straum.Lab.Supervision;

/// <summary>
/// Where the API server is another cluster's: answers at the address on the fabric that the nodes know, and passes bytes
/// on to that server from the host's own network, where it is reachable. What it passes on is encrypted from end to end.
/// </summary>
public static class ApiRelay
{
    private const int Backlog = 128;

    /// <summary>Relays until stopped.</summary>
    /// <exception cref="LabException">There is no lab with an API server of another cluster.</exception>
    public static async Task RunAsync(CancellationToken stop)
    {
        if (LabCluster.Running().Kubeconfig is null)
        {
            throw new LabException("the lab has an API server of its own");
        }
        var server = KubeConfigFile.Load(LabPaths.Kubeconfig).Server;
        using var listener = SocketsIn.Namespace(LabTopology.RouterNamespace)(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(LabTopology.ApiOnFabric);
        listener.Listen(Backlog);
        while (true)
        {
            var node = await listener.AcceptAsync(stop);
            _ = RelayAsync(node, new DnsEndPoint(server.DnsSafeHost, server.Port), stop);
        }
    }

    private static async Task RelayAsync(Socket node, EndPoint server, CancellationToken stop)
    {
        try
        {
            using var near = new NetworkStream(node, ownsSocket: true);
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(server, stop);
            using var far = new NetworkStream(socket);
            // Either side's end is the end: the client of the API opens another connection.
            await Task.WhenAny(near.CopyToAsync(far, stop), far.CopyToAsync(near, stop));
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            // The node sees its connection closed, as with any proxy.
        }
    }
}
