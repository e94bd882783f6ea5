using System.Net.Sockets;
using System.Text;

namespace Straum.Agent.Cni;

/// <summary>An agent that answers one call with the bytes it is told to, however wrong they are.</summary>
internal sealed class ScriptedAgent : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();

    public ScriptedAgent(string path, Func<Socket, string, CancellationToken, Task> answer)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen(8);
        Request = AcceptAsync(answer);
    }

    /// <summary>What the plugin sent: headers and body.</summary>
    public Task<string> Request { get; }

    public static string Http(string body, string exit = "0", string status = "200 OK") =>
        $"HTTP/1.1 {status}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nX-Cni-Exit: {exit}\r\n\r\n{body}";

    /// <summary>Answers with a text and closes.</summary>
    public static ScriptedAgent Answering(string path, string answer) => new(path, async (socket, _, stop) =>
        await socket.SendAsync(Encoding.UTF8.GetBytes(answer), stop));

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task<string> AcceptAsync(Func<Socket, string, CancellationToken, Task> answer)
    {
        var stop = _end.Token;
        using var socket = await _listener.AcceptAsync(stop);
        var received = new MemoryStream();
        var buffer = new byte[65536];
        string text;
        do
        {
            var count = await socket.ReceiveAsync(buffer, stop);
            received.Write(buffer, 0, count);
            text = Encoding.UTF8.GetString(received.GetBuffer(), 0, (int)received.Length);
            if (count == 0)
            {
                break;
            }
        }
        while (!IsWhole(text, received.Length));
        try
        {
            await answer(socket, text, stop);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
        }
        return text;
    }

    private static bool IsWhole(string text, long received)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        const string length = "Content-Length: ";
        var at = text.IndexOf(length, StringComparison.Ordinal);
        return end >= 0 && received >= end + 4 + int.Parse(text[(at + length.Length)..text.IndexOf('\r', at)]);
    }
}
