using System.Net;
using System.Net.Sockets;

namespace Straum.Lab.Topology;

/// <summary>A TCP port of the host for the lab.</summary>
internal static class HostPort
{
    /// <summary>The wanted one, or another that is free when somebody listens there.</summary>
    public static int FreeOrAny(IPEndPoint wanted)
    {
        using var socket = new Socket(wanted.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // .NET binds with SO_REUSEADDR on Unix: connections in TIME_WAIT are no hindrance, a listener is.
            socket.Bind(wanted);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            socket.Bind(new IPEndPoint(wanted.Address, 0));
        }
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
