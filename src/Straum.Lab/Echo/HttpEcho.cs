using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Straum.Lab.Echo;

/// <summary>
/// Just enough HTTP/1.1 (RFC 9112) for probes, curl and load generators: GET and HEAD, keep-alive, pipelining, bodies with
/// Content-Length read and dropped. <c>/</c> answers who and where, <c>/ready</c> 200 or 503, <c>/healthz</c> 200.
/// </summary>
internal sealed class HttpEcho(EchoIdentity identity, EchoServer server)
{
    private const int LongestHead = 32 * 1024;

    public async Task ServeAsync(Socket connection, CancellationToken stop)
    {
        var local = (IPEndPoint)connection.LocalEndPoint!;
        var remote = (IPEndPoint)connection.RemoteEndPoint!;
        await using var stream = new NetworkStream(connection);
        var input = PipeReader.Create(stream);
        while (await ReadHeadAsync(input, stop) is { } head)
        {
            // A request without an understandable head has no known end either, so the connection cannot go on.
            if (!Head.TryParse(head, out var request))
            {
                await stream.WriteAsync(Response("400 Bad Request", "text/plain", "bad request\n"u8, close: true, bodiless: false), stop);
                return;
            }
            await DropBodyAsync(input, request.BodyLength, stop);
            await stream.WriteAsync(Answer(request, local, remote), stop);
            if (request.Close)
            {
                return;
            }
        }
    }

    private byte[] Answer(Head request, IPEndPoint local, IPEndPoint remote)
    {
        var bodiless = request.Method == "HEAD";
        return request.Path switch
        {
            "/" => Response("200 OK", "application/json",
                identity.Answer("http", local, remote, request.BodyLength, EchoRequest.SizeIn(Encoding.ASCII.GetBytes(request.Query))), request.Close, bodiless),
            "/healthz" => Response("200 OK", "text/plain", "ok\n"u8, request.Close, bodiless),
            "/ready" when server.IsReady => Response("200 OK", "text/plain", "ready\n"u8, request.Close, bodiless),
            "/ready" => Response("503 Service Unavailable", "text/plain", "terminating\n"u8, request.Close, bodiless),
            _ => Response("404 Not Found", "text/plain", "not found: / /ready /healthz\n"u8, request.Close, bodiless),
        };
    }

    private static byte[] Response(string status, string type, ReadOnlySpan<byte> body, bool close, bool bodiless)
    {
        var head = $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n{(close ? "Connection: close\r\n" : "")}\r\n";
        return bodiless ? Encoding.ASCII.GetBytes(head) : [.. Encoding.ASCII.GetBytes(head), .. body];
    }

    // The bytes up to the empty line, as text; null when the client closed or the head grew too long.
    private static async Task<string?> ReadHeadAsync(PipeReader input, CancellationToken stop)
    {
        while (true)
        {
            var read = await input.ReadAsync(stop);
            if (TryTakeHead(read.Buffer, out var head, out var end))
            {
                input.AdvanceTo(end);
                return head;
            }
            if (read.IsCompleted || read.Buffer.Length > LongestHead)
            {
                return null;
            }
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static bool TryTakeHead(in ReadOnlySequence<byte> buffer, out string head, out SequencePosition end)
    {
        var reader = new SequenceReader<byte>(buffer);
        var found = reader.TryReadTo(out ReadOnlySequence<byte> bytes, "\r\n\r\n"u8);
        (head, end) = (found ? Encoding.Latin1.GetString(bytes) : "", reader.Position);
        return found;
    }

    private static async Task DropBodyAsync(PipeReader input, int length, CancellationToken stop)
    {
        while (length > 0)
        {
            var read = await input.ReadAsync(stop);
            var part = (int)Math.Min(read.Buffer.Length, length);
            input.AdvanceTo(read.Buffer.GetPosition(part));
            length -= part;
            if (read.IsCompleted && length > 0)
            {
                return;
            }
        }
    }

    private readonly record struct Head(string Method, string Path, string Query, int BodyLength, bool Close)
    {
        public static bool TryParse(string text, out Head head)
        {
            head = default;
            var lines = text.Split("\r\n");
            if (lines[0].Split(' ') is not [var method, ['/', ..] target, "HTTP/1.1" or "HTTP/1.0"])
            {
                return false;
            }
            var (length, close) = (0, lines[0].EndsWith('0'));
            foreach (var line in lines.AsSpan(1))
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                var (name, value) = colon > 0 ? (line[..colon], line[(colon + 1)..].Trim()) : (line, "");
                if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) && (!int.TryParse(value, out length) || length < 0))
                {
                    return false;
                }
                if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
                {
                    return false;
                }
                close |= name.Equals("Connection", StringComparison.OrdinalIgnoreCase) && value.Equals("close", StringComparison.OrdinalIgnoreCase);
            }
            var query = target.IndexOf('?', StringComparison.Ordinal);
            head = new Head(method, query < 0 ? target : target[..query], query < 0 ? "" : target[query..], length, close);
            return true;
        }
    }
}
