using System.Net;
using System.Net.Sockets;
using System.Text;
using Straum.Linux;

namespace Straum.Datapath.Tests.Sockets;

/// <summary>A backend: answers connections and datagrams with the address at which it was reached.</summary>
internal sealed class AnsweringServer : IDisposable
{
    private readonly Socket _tcp;
    private readonly Socket _udp;
    private readonly byte[] _name;

    private AnsweringServer(IPEndPoint at)
    {
        _name = Encoding.ASCII.GetBytes(at.ToString());
        _tcp = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _tcp.Bind(at);
        _tcp.Listen();
        _udp = new Socket(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _udp.Bind(at);
    }

    public static AnsweringServer Start(NetworkNamespace within, IPEndPoint at)
    {
        var server = within.Run(() => new AnsweringServer(at));
        _ = server.AnswerConnections();
        _ = server.AnswerDatagrams();
        return server;
    }

    public void Dispose()
    {
        _tcp.Dispose();
        _udp.Dispose();
    }

    private async Task AnswerConnections()
    {
        try
        {
            while (true)
            {
                using var connection = await _tcp.AcceptAsync();
                await connection.SendAsync(_name);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task AnswerDatagrams()
    {
        var buffer = new byte[256];
        var anyone = new IPEndPoint(_udp.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        try
        {
            while (true)
            {
                var read = await _udp.ReceiveFromAsync(buffer, anyone);
                await _udp.SendToAsync(_name, read.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }
}
