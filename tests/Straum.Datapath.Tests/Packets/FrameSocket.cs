using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Straum.Linux;

namespace Straum.Datapath.Tests.Packets;

/// <summary>Sends frames by a device as they are: AF_PACKET, packet(7).</summary>
internal sealed class FrameSocket : IDisposable
{
    private const int AllProtocols = 3; // ETH_P_ALL
    private readonly Socket _socket;

    private FrameSocket(Socket socket) => _socket = socket;

    public static FrameSocket Open(NetworkNamespace within, int device) => within.Run(() =>
    {
        var socket = new Socket(AddressFamily.Packet, SocketType.Raw, (ProtocolType)BinaryPrimitives.ReverseEndianness((ushort)AllProtocols));
        socket.Bind(new LinkEndPoint(device));
        return new FrameSocket(socket);
    });

    public void Send(byte[] frame) => _socket.Send(frame).ShouldBe(frame.Length);

    public void Dispose() => _socket.Dispose();

    /// <summary>struct sockaddr_ll.</summary>
    private sealed class LinkEndPoint(int index) : EndPoint
    {
        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            var address = new SocketAddress(AddressFamily.Packet, 20);
            BinaryPrimitives.WriteUInt16BigEndian(address.Buffer.Span[2..], AllProtocols);
            BinaryPrimitives.WriteInt32LittleEndian(address.Buffer.Span[4..], index);
            return address;
        }
    }
}
