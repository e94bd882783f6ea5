using Straum.Lab.Echo;
using Straum.Linux;

namespace Straum.Lab.Topology;

/// <summary>Sockets of this program in other network namespaces.</summary>
internal static class SocketsIn
{
    /// <summary>Makes sockets in a named namespace; each call enters it anew, so it may come and go between them.</summary>
    public static OpenSocket Namespace(string name) => (family, type, protocol) =>
    {
        using var ns = NetworkNamespace.Open(name);
        return ns.Run(() => EchoServer.Here(family, type, protocol));
    };
}
