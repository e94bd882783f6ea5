using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Straum.Lab.Echo;

/// <summary>The client of <see cref="EchoServer"/>: asks, and tells what both ends saw.</summary>
public static class EchoProbe
{
    /// <summary>
    /// Makes every attempt of <paramref name="spec"/>, one after the other. Failing to reach the target is part of the report;
    /// throws only <see cref="OperationCanceledException"/>.
    /// </summary>
    public static async Task<ProbeReport> RunAsync(ProbeSpec spec, CancellationToken stop)
    {
        var pods = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var errors = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var latencies = new List<TimeSpan>(spec.Count);
        ProbeExchange? last = null;
        for (var i = 0; i < spec.Count; i++)
        {
            if (i > 0 && spec.Interval > TimeSpan.Zero)
            {
                await Task.Delay(spec.Interval, stop);
            }
            try
            {
                using var socket = Open(spec);
                var started = Stopwatch.GetTimestamp();
                last = await AttemptAsync(socket, spec, stop);
                latencies.Add(Stopwatch.GetElapsedTime(started));
                if (last.Answer is { } answer)
                {
                    pods[answer.Pod] = pods.GetValueOrDefault(answer.Pod) + 1;
                }
            }
            catch (Exception e) when (e is SocketException or IOException or JsonException or InvalidDataException or TimeoutException)
            {
                var reason = ReasonOf(e);
                errors[reason] = errors.GetValueOrDefault(reason) + 1;
            }
        }
        return new ProbeReport(
            NameOf(spec.Protocol), spec.Target.ToString(), spec.Count, latencies.Count, pods,
            last?.Peer.ToString(), last?.Local.ToString(), last?.Answer is { } a ? a with { Pad = null } : null,
            latencies.Count > 0 ? ProbeLatency.Of(latencies) : null, errors);
    }

    private static async Task<ProbeExchange> AttemptAsync(Socket socket, ProbeSpec spec, CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(spec.Timeout);
        try
        {
            if (spec.Source is { } source)
            {
                socket.Bind(new IPEndPoint(source, 0));
            }
            return await ProbeExchange.MakeAsync(socket, spec, deadline.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    private static Socket Open(ProbeSpec spec)
    {
        var open = spec.Open ?? EchoServer.Here;
        if (spec.Protocol == ProbeProtocol.Udp)
        {
            return open(spec.Target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        }
        var socket = open(spec.Target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.NoDelay = true;
        return socket;
    }

    private static string NameOf(ProbeProtocol protocol) => protocol switch
    {
        ProbeProtocol.Http => "http",
        ProbeProtocol.Tcp => "tcp",
        ProbeProtocol.Udp => "udp",
        _ => "connect",
    };

    private static string ReasonOf(Exception fault) => fault switch
    {
        TimeoutException => "timeout",
        InvalidDataException => fault.Message,
        JsonException => "answer is not of straum echo",
        { InnerException: SocketException inner } => ReasonOf(inner),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "refused",
        SocketException { SocketErrorCode: SocketError.ConnectionReset } => "reset",
        SocketException { SocketErrorCode: SocketError.TimedOut } => "timeout",
        SocketException { SocketErrorCode: SocketError.NetworkUnreachable } => "network unreachable",
        SocketException { SocketErrorCode: SocketError.HostUnreachable } => "host unreachable",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "permission denied",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => "address not available",
        _ => fault.Message,
    };
}
