using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace Straum.Lab.Echo;

/// <summary>Answers every line on a TCP connection with one line of JSON, until the client closes.</summary>
internal sealed class LineEcho(EchoIdentity identity)
{
    private const int LongestLine = 1 << 20;

    public async Task ServeAsync(Socket connection, CancellationToken stop)
    {
        var local = (IPEndPoint)connection.LocalEndPoint!;
        var remote = (IPEndPoint)connection.RemoteEndPoint!;
        await using var stream = new NetworkStream(connection);
        var input = PipeReader.Create(stream);
        while (true)
        {
            var read = await input.ReadAsync(stop);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                var line = rest.Slice(0, end);
                byte[] answer = [.. identity.Answer("tcp", local, remote, (int)line.Length, EchoRequest.SizeIn(line)), (byte)'\n'];
                await stream.WriteAsync(answer, stop);
                rest = rest.Slice(rest.GetPosition(1, end));
            }
            if (read.IsCompleted || rest.Length > LongestLine)
            {
                return;
            }
            input.AdvanceTo(rest.Start, rest.End);
        }
    }
}
