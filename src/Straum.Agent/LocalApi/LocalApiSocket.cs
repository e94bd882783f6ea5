using System.Net.Sockets;

namespace Straum.Agent.LocalApi;

/// <summary>The listening socket of the local API.</summary>
internal static class LocalApiSocket
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int Backlog = 512;

    /// <summary>
    /// Listens under a name of its own, which becomes <paramref name="path"/> only when it may be used: at any moment the
    /// path leads to a socket of mode 0600 that is served, or to the one of an agent that has ended.
    /// </summary>
    public static Socket Listen(string path)
    {
        var unpublished = path + ".new";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(unpublished);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(unpublished));
            File.SetUnixFileMode(unpublished, OwnerOnly);
            socket.Listen(Backlog);
            File.Move(unpublished, path, overwrite: true);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
