using System.Net;
using System.Net.Sockets;
using Straum.Kubernetes.Objects;
using Straum.Lab.Echo;
using Straum.Lab.Topology;

namespace Straum.Lab.Traffic;

/// <summary>Asks <c>straum echo</c> from places of the lab, by sockets of the test.</summary>
internal static class Ask
{
    public const int EchoPort = 7000;

    /// <summary>Asks once.</summary>
    public static Task<ProbeReport> FromAsync(string place, ProbeProtocol protocol, IPAddress address, int port = EchoPort, int count = 1) =>
        EchoProbe.RunAsync(new ProbeSpec(protocol, new IPEndPoint(address, port))
        {
            Open = SocketsIn.Namespace(LabPlace.Find(place).NetworkNamespace),
            Count = count,
        }, TestContext.Current.CancellationToken);

    /// <summary>A connection that stays open, to be asked again and again.</summary>
    public static async Task<Connection> ConnectAsync(string place, IPAddress address, int port = EchoPort)
    {
        var socket = SocketsIn.Namespace(LabPlace.Find(place).NetworkNamespace)(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(address, port), TestContext.Current.CancellationToken);
        return new Connection(socket);
    }

    public static IPAddress Address(this Pod pod, AddressFamily family = AddressFamily.InterNetwork) => pod.PodIPs.First(a => a.AddressFamily == family);

    /// <summary>A TCP connection to <c>straum echo</c>.</summary>
    internal sealed class Connection(Socket socket) : IDisposable
    {
        private readonly StreamReader _answers = new(new NetworkStream(socket));

        /// <summary>Sends a line and waits for its answer; null when the other side has closed.</summary>
        public async Task<string?> SayAsync(CancellationToken stop)
        {
            await socket.SendAsync("hello\n"u8.ToArray(), stop);
            return await _answers.ReadLineAsync(stop);
        }

        public void Dispose()
        {
            _answers.Dispose();
            socket.Dispose();
        }
    }
}
