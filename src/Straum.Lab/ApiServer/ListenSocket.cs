using System.Net;
using System.Net.Sockets;
using Straum.Linux;

namespace Straum.Lab.ApiServer;

/// <summary>A bound socket, in the network namespace that its address names.</summary>
internal sealed class ListenSocket : IDisposable
{
    private readonly Socket _socket;

    private ListenSocket(ListenAddress address, Socket socket)
    {
        Address = address;
        _socket = socket;
    }

    public ListenAddress Address { get; }

    /// <summary>The address with the port that was taken.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>The descriptor, for Kestrel; this object keeps owning it.</summary>
    public ulong Handle => (ulong)_socket.SafeHandle.DangerousGetHandle();

    /// <summary>How clients in the same network namespace reach the server.</summary>
    public string Url => $"https://{EndPoint}";

    /// <summary>
    /// Binds the address. A socket belongs to the namespace it was made in, whichever thread uses it later, so only
    /// this step happens inside.
    /// </summary>
    /// <exception cref="ApiServerException">The address is taken or not there.</exception>
    public static ListenSocket Bind(ListenAddress address)
    {
        try
        {
            if (address.NetworkNamespace is null)
            {
                return new ListenSocket(address, BindHere(address.EndPoint));
            }
            using var ns = NetworkNamespace.Open(address.NetworkNamespace);
            return new ListenSocket(address, ns.Run(() => BindHere(address.EndPoint)));
        }
        catch (Exception e) when (e is SocketException or LinuxException)
        {
            throw new ApiServerException($"listen on {address}: {e.Message}", e);
        }
    }

    public void Dispose() => _socket.Dispose();

    private static Socket BindHere(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
