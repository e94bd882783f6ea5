using Straum.Lab.Echo;
using Straum.Lab.Topology;

namespace Straum.Lab.Check;

/// <summary>A <c>straum echo</c> inside this program that listens in somebody else's network namespace while the check runs.</summary>
internal sealed class Responder : IAsyncDisposable
{
    private readonly EchoServer _server;

    private Responder(EchoServer server, ResponderPorts ports)
    {
        _server = server;
        Ports = ports;
    }

    public ResponderPorts Ports { get; }

    /// <param name="name">Who it says it is.</param>
    /// <param name="networkNamespace">Where it listens, on ports that are free there.</param>
    public static Responder Start(string name, string networkNamespace)
    {
        var server = new EchoServer(new EchoIdentity(name, name), SocketsIn.Namespace(networkNamespace));
        return new Responder(server, new ResponderPorts(server.ListenTcp(0), server.ListenUdp(0)));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
