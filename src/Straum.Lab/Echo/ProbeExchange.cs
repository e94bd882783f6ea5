using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Straum.Lab.Echo;

/// <summary>One question and its answer on one socket.</summary>
/// <param name="Answer">Null for connect.</param>
/// <param name="Peer">getpeername, or where the datagram came from.</param>
/// <param name="Local">getsockname.</param>
internal sealed record ProbeExchange(EchoAnswer? Answer, EndPoint Peer, EndPoint Local)
{
    private const int LongestAnswer = 1 << 20;

    /// <summary>Throws <see cref="InvalidDataException"/> with the reason when the answer is not what was asked for.</summary>
    public static async Task<ProbeExchange> MakeAsync(Socket socket, ProbeSpec spec, CancellationToken stop)
    {
        if (spec is { Protocol: ProbeProtocol.Udp, Unconnected: true })
        {
            return await AskUnconnectedAsync(socket, spec, stop);
        }
        await socket.ConnectAsync(spec.Target, stop);
        var body = spec.Protocol switch
        {
            ProbeProtocol.Http => await AskHttpAsync(socket, spec, stop),
            ProbeProtocol.Tcp => await AskLineAsync(socket, spec, stop),
            ProbeProtocol.Udp => await AskDatagramAsync(socket, spec, stop),
            _ => null,
        };
        // The kernel is asked here, so this is what the application would see behind a translated connect().
        return new(body is null ? null : Parse(body, spec), socket.RemoteEndPoint!, socket.LocalEndPoint!);
    }

    private static async Task<byte[]?> AskHttpAsync(Socket socket, ProbeSpec spec, CancellationToken stop)
    {
        var query = spec.AnswerSize > 0 ? $"?size={spec.AnswerSize}" : "";
        await SendAllAsync(socket, Encoding.ASCII.GetBytes($"GET /{query} HTTP/1.1\r\nHost: {spec.Target}\r\nConnection: close\r\n\r\n"), stop);
        var response = await ReadToEndAsync(socket, static _ => false, stop);
        var body = response.AsSpan().IndexOf("\r\n\r\n"u8);
        if (body < 0)
        {
            throw new InvalidDataException(response.Length == 0 ? "closed without an answer" : "answer is not HTTP");
        }
        var status = Encoding.Latin1.GetString(response, 0, response.AsSpan().IndexOf("\r\n"u8));
        return status.Contains(" 200 ", StringComparison.Ordinal) ? response[(body + 4)..] : throw new InvalidDataException(status);
    }

    private static async Task<byte[]?> AskLineAsync(Socket socket, ProbeSpec spec, CancellationToken stop)
    {
        byte[] question = [.. Question(spec), (byte)'\n'];
        await SendAllAsync(socket, question, stop);
        var line = await ReadToEndAsync(socket, static bytes => bytes.EndsWith("\n"u8), stop);
        return line.Length == 0 ? throw new InvalidDataException("closed without an answer") : line.AsSpan().TrimEnd((byte)'\n').ToArray();
    }

    private static async Task<byte[]?> AskDatagramAsync(Socket socket, ProbeSpec spec, CancellationToken stop)
    {
        await socket.SendAsync(Question(spec), stop);
        var buffer = new byte[ushort.MaxValue];
        var length = await socket.ReceiveAsync(buffer, stop);
        return buffer[..length];
    }

    private static async Task<ProbeExchange> AskUnconnectedAsync(Socket socket, ProbeSpec spec, CancellationToken stop)
    {
        var any = new IPEndPoint(spec.Target.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        await socket.SendToAsync(Question(spec), SocketFlags.None, spec.Target, stop);
        var buffer = new byte[ushort.MaxValue];
        var read = await socket.ReceiveFromAsync(buffer, any, stop);
        return read.RemoteEndPoint.Equals(spec.Target)
            ? new(Parse(buffer.AsSpan(0, read.ReceivedBytes), spec), read.RemoteEndPoint, socket.LocalEndPoint!)
            : throw new InvalidDataException($"answer came from {read.RemoteEndPoint}");
    }

    private static byte[] Question(ProbeSpec spec)
    {
        var text = spec.AnswerSize > 0 ? $"size={spec.AnswerSize} " : "hello ";
        return Encoding.ASCII.GetBytes(text.PadRight(spec.RequestSize, '.'));
    }

    private static EchoAnswer Parse(ReadOnlySpan<byte> body, ProbeSpec spec)
    {
        if (spec.AnswerSize > 0 && body.Length != spec.AnswerSize)
        {
            throw new InvalidDataException($"answer has {body.Length} bytes instead of {spec.AnswerSize}");
        }
        return JsonSerializer.Deserialize(body, EchoJson.Default.EchoAnswer) ?? throw new JsonException();
    }

    private static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes, stop)..];
        }
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket, Func<ReadOnlySpan<byte>, bool> isComplete, CancellationToken stop)
    {
        var buffer = new byte[4096];
        var length = 0;
        while (length < LongestAnswer)
        {
            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, length * 2);
            }
            var read = await socket.ReceiveAsync(buffer.AsMemory(length), stop);
            length += read;
            if (read == 0 || isComplete(buffer.AsSpan(0, length)))
            {
                break;
            }
        }
        return buffer[..length];
    }
}
