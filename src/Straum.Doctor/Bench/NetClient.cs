using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Straum.Doctor.Measuring;

namespace Straum.Doctor.Bench;

/// <summary>TCP between two hosts: how much one connection carries, how long one byte takes there and back, how fast connections open.</summary>
/// <param name="server">A <see cref="NetServer"/>.</param>
/// <param name="time">How long each of the three is measured.</param>
public sealed class NetClient(IPEndPoint server, TimeSpan time)
{
    /// <param name="name">Heads the figures' names: <c>net</c>.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="SocketException">Nobody serves there.</exception>
    public async Task<IReadOnlyList<BenchFigure>> MeasureAsync(string name, CancellationToken stop)
    {
        var throughput = await MeasureThroughputAsync(stop).ConfigureAwait(false);
        var roundTrips = await Task.Run(() => MeasureRoundTrips(stop), stop).ConfigureAwait(false);
        var connections = await Task.Run(() => MeasureConnections(stop), stop).ConfigureAwait(false);
        return
        [
            BenchFigure.Rate(name + ".throughput", throughput, "bit/s"),
            .. BenchFigure.Percentiles(name + ".roundtrip", roundTrips),
            BenchFigure.Rate(name + ".connections", connections.Count / time.TotalSeconds),
            .. BenchFigure.Percentiles(name + ".connect", connections),
        ];
    }

    /// <summary>Bits per second that arrived, by the server's count: what is still in buffers does not count as sent.</summary>
    private async Task<double> MeasureThroughputAsync(CancellationToken stop)
    {
        using var socket = await ConnectAsync(NetServer.Sink, stop).ConfigureAwait(false);
        var block = new byte[256 * 1024];
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < time)
        {
            await socket.SendAsync(block, stop).ConfigureAwait(false);
        }
        socket.Shutdown(SocketShutdown.Send);
        var count = new byte[sizeof(long)];
        for (var have = 0; have < count.Length;)
        {
            var length = await socket.ReceiveAsync(count.AsMemory(have), stop).ConfigureAwait(false);
            have += length > 0 ? length : throw new EndOfStreamException($"{server} ended before it said how much arrived");
        }
        return BinaryPrimitives.ReadInt64BigEndian(count) * 8 / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Blocking calls on a thread of their own: a scheduler between them would be measured too.</summary>
    private LatencyHistogram MeasureRoundTrips(CancellationToken stop)
    {
        using var socket = ConnectAsync(NetServer.Echo, stop).GetAwaiter().GetResult();
        var times = new LatencyHistogram();
        var one = new byte[1];
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < time;)
        {
            stop.ThrowIfCancellationRequested();
            var begin = Stopwatch.GetTimestamp();
            socket.Send(one);
            if (socket.Receive(one) == 0)
            {
                throw new EndOfStreamException($"{server} ended the connection");
            }
            times.Record(Stopwatch.GetElapsedTime(begin));
        }
        return times;
    }

    private LatencyHistogram MeasureConnections(CancellationToken stop)
    {
        var times = new LatencyHistogram();
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < time;)
        {
            stop.ThrowIfCancellationRequested();
            using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            // Closed with a reset: ports that wait for a minute would end the measurement early.
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            var begin = Stopwatch.GetTimestamp();
            socket.Connect(server);
            times.Record(Stopwatch.GetElapsedTime(begin));
        }
        return times;
    }

    private async Task<Socket> ConnectAsync(byte purpose, CancellationToken stop)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, stop).ConfigureAwait(false);
            await socket.SendAsync(new[] { purpose }, stop).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
