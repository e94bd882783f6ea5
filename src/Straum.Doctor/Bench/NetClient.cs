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
        var throughput = await OnOwnThreadAsync(() => MeasureThroughput(stop), stop).ConfigureAwait(false);
        var roundTrips = await OnOwnThreadAsync(() => MeasureRoundTrips(stop), stop).ConfigureAwait(false);
        var (connections, elapsed) = await OnOwnThreadAsync(() => MeasureConnections(stop), stop).ConfigureAwait(false);
        return
        [
            BenchFigure.Rate(name + ".throughput", throughput, "bit/s"),
            .. BenchFigure.Percentiles(name + ".roundtrip", roundTrips),
            BenchFigure.Rate(name + ".connections", connections.Count / elapsed.TotalSeconds),
            .. BenchFigure.Percentiles(name + ".connect", connections),
        ];
    }

    /// <summary>
    /// Bits per second that arrived, by the server's count: what is still in buffers does not count as sent. Blocks of 128 KiB by
    /// a thread that blocks, as iperf3 sends them: with an event loop between two writes it is the loop that is measured.
    /// </summary>
    private double MeasureThroughput(CancellationToken stop)
    {
        using var socket = NewSocket();
        using var ending = stop.Register(socket.Dispose);
        Connect(socket, NetServer.Sink);
        var block = new byte[NetServer.Block];
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < time)
        {
            stop.ThrowIfCancellationRequested();
            socket.Send(block);
        }
        socket.Shutdown(SocketShutdown.Send);
        var count = new byte[sizeof(long)];
        for (var have = 0; have < count.Length;)
        {
            var length = socket.Receive(count.AsSpan(have));
            have += length > 0 ? length : throw new EndOfStreamException($"{server} ended before it said how much arrived");
        }
        return BinaryPrimitives.ReadInt64BigEndian(count) * 8 / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Blocking calls on a thread of their own: a scheduler between them would be measured too.</summary>
    private LatencyHistogram MeasureRoundTrips(CancellationToken stop)
    {
        using var socket = NewSocket();
        using var ending = stop.Register(socket.Dispose);
        Connect(socket, NetServer.Echo);
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

    /// <returns>And the time that they really took: the last one may have waited for its second SYN.</returns>
    private (LatencyHistogram Times, TimeSpan Elapsed) MeasureConnections(CancellationToken stop)
    {
        var times = new LatencyHistogram();
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < time)
        {
            stop.ThrowIfCancellationRequested();
            using var socket = NewSocket();
            using var ending = stop.Register(socket.Dispose);
            // Closed with a reset: ports that wait for a minute would end the measurement early.
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            var begin = Stopwatch.GetTimestamp();
            socket.Connect(server);
            times.Record(Stopwatch.GetElapsedTime(begin));
        }
        return (times, Stopwatch.GetElapsedTime(started));
    }

    private Socket NewSocket() => new(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    /// <summary>Not asynchronously: see <see cref="NetServer"/>.</summary>
    private void Connect(Socket socket, byte purpose)
    {
        socket.Connect(server);
        socket.Send([purpose]);
    }

    /// <summary>Runs a measurement on a thread of its own; the socket that it is ended by is gone then, which is no fault.</summary>
    private static async Task<T> OnOwnThreadAsync<T>(Func<T> measure, CancellationToken stop)
    {
        try
        {
            return await Task.Factory.StartNew(measure, stop, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        catch (Exception e) when (stop.IsCancellationRequested && e is SocketException or ObjectDisposedException)
        {
            throw new OperationCanceledException(stop);
        }
    }
}
