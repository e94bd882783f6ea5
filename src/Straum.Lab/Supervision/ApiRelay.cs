using System.Net.Sockets;
using Straum.Kubernetes.Client;
using Straum.Lab.Echo;
using Straum.Lab.Topology;
using Straum.Linux;

namespace Straum.Lab.Supervision;

/// <summary>
/// Where the API server is another cluster's: answers at the address on the fabric that the nodes know, and passes bytes
/// on to that server from the host's own network, where it is reachable. What it passes on is encrypted from end to end.
/// </summary>
public static class ApiRelay
{
    /// <summary>Relays until stopped.</summary>
    /// <exception cref="LabException">There is no lab with an API server of another cluster.</exception>
    public static async Task RunAsync(CancellationToken stop)
    {
        if (LabCluster.Running().Kubeconfig is null)
        {
            throw new LabException("the lab has an API server of its own");
        }
        var server = KubeConfigFile.Load(LabPaths.Kubeconfig).Server;
        using var home = NetworkNamespace.Current();
        using var listener = SocketsIn.Namespace(LabTopology.RouterNamespace)(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(LabTopology.ApiOnFabric);
        await TcpRelay.RunAsync(
            listener, server.DnsSafeHost, server.Port, (family, type, protocol) => home.Run(() => EchoServer.Here(family, type, protocol)), stop);
    }
}
