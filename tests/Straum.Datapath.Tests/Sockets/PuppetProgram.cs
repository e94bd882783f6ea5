using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Straum.Datapath.Tests.Sockets;

/// <summary>
/// A process that makes the socket calls it is told to, one per line, and answers each with <c>ok …</c> or <c>error ERRNO</c>.
/// Membership in a control group is a process's, so a test cannot make these calls itself. See <see cref="Puppet"/>.
/// </summary>
internal static class PuppetProgram
{
    public const string Argument = "socket-puppet";

    public static int Run()
    {
        var sockets = new Dictionary<string, Socket>();
        while (Console.ReadLine() is { } line)
        {
            try
            {
                Console.WriteLine($"ok {Obey(sockets, line.Split(' '))}");
            }
            catch (SocketException e)
            {
                Console.WriteLine($"error {e.NativeErrorCode}");
            }
        }
        return 0;
    }

    private static string Obey(Dictionary<string, Socket> sockets, string[] words)
    {
        var name = words[1];
        if (words[0] == "open")
        {
            sockets[name] = Open(words[2], words[3]);
            return "";
        }

        var socket = sockets[name];
        var buffer = new byte[256];
        switch (words[0])
        {
            case "connect":
                socket.Connect(IPEndPoint.Parse(words[2]));
                return "";
            case "peer":
                return socket.RemoteEndPoint!.ToString()!;
            case "send":
                socket.Send(Encoding.ASCII.GetBytes(words[2]));
                return "";
            case "sendto":
                socket.SendTo(Encoding.ASCII.GetBytes(words[3]), IPEndPoint.Parse(words[2]));
                return "";
            case "receive":
                return Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer));
            case "receivefrom":
                EndPoint from = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
                var count = socket.ReceiveFrom(buffer, ref from);
                return $"{from} {Encoding.ASCII.GetString(buffer, 0, count)}";
            case "close":
                socket.Dispose();
                sockets.Remove(name);
                return "";
            default:
                throw new ArgumentException($"no such call: {words[0]}");
        }
    }

    private static Socket Open(string protocol, string family)
    {
        var socket = protocol == "tcp"
            ? new Socket(family == "4" ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(family == "4" ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        if (family == "6")
        {
            socket.DualMode = true;
        }
        socket.ReceiveTimeout = 5000;
        return socket;
    }
}
