using System.Runtime.InteropServices;
using Straum.Linux.Netlink.Codec;
using static Straum.Linux.Interop.NetlinkHeader;

namespace Straum.Linux.Netlink;

/// <summary>A kernel that is a function: one request in, the datagrams of its answer out.</summary>
internal sealed class FakeKernel(Func<NetlinkMessageHeader, byte[][]> answer) : INetlinkTransport
{
    private readonly Queue<byte[]> _datagrams = new();

    public List<NetlinkMessageHeader> Requests { get; } = [];

    public void Send(ReadOnlySpan<byte> message)
    {
        var header = MemoryMarshal.Read<NetlinkMessageHeader>(message);
        Requests.Add(header);
        foreach (var datagram in answer(header))
        {
            _datagrams.Enqueue(datagram);
        }
    }

    public int Receive(Span<byte> buffer)
    {
        var datagram = _datagrams.Dequeue();
        datagram.CopyTo(buffer);
        return datagram.Length;
    }

    public void Dispose()
    {
    }

    /// <summary>A message that answers <paramref name="request"/>.</summary>
    public static byte[] Message(NetlinkMessageHeader request, ushort type, int flags, ReadOnlySpan<byte> payload)
    {
        var message = new byte[NLMSG_HDRLEN + ((payload.Length + 3) & ~3)];
        MemoryMarshal.Write(message, new NetlinkMessageHeader
        {
            Length = (uint)(NLMSG_HDRLEN + payload.Length),
            Type = type,
            Flags = (ushort)flags,
            Sequence = request.Sequence,
        });
        payload.CopyTo(message.AsSpan(NLMSG_HDRLEN));
        return message;
    }

    /// <summary>An acknowledgement: 0, or a refusal with the kernel's words.</summary>
    public static byte[] Ack(NetlinkMessageHeader request, Errno errno = Errno.None, string? words = null, bool capped = true)
    {
        var payload = new List<byte>();
        payload.AddRange(BitConverter.GetBytes(-(int)errno));
        payload.AddRange(MemoryMarshal.AsBytes(new ReadOnlySpan<NetlinkMessageHeader>(in request)));
        if (!capped)
        {
            payload.AddRange(new byte[((int)request.Length - NLMSG_HDRLEN + 3) & ~3]);
        }
        if (words is not null)
        {
            payload.AddRange(Attribute(NLMSGERR_ATTR_OFFS, BitConverter.GetBytes(20)));
            payload.AddRange(Attribute(NLMSGERR_ATTR_MSG, System.Text.Encoding.UTF8.GetBytes(words + '\0')));
        }
        var flags = (capped ? NLM_F_CAPPED : 0) | (words is null ? 0 : NLM_F_ACK_TLVS);
        return Message(request, NLMSG_ERROR, flags, CollectionsMarshal.AsSpan(payload));
    }

    public static byte[] Done(NetlinkMessageHeader request, Errno errno = Errno.None) =>
        Message(request, NLMSG_DONE, NLM_F_MULTI, BitConverter.GetBytes(-(int)errno));

    public static byte[] Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        var bytes = new byte[NLA_HDRLEN + ((value.Length + 3) & ~3)];
        MemoryMarshal.Write(bytes, (ushort)(NLA_HDRLEN + value.Length));
        MemoryMarshal.Write(bytes.AsSpan(2), type);
        value.CopyTo(bytes.AsSpan(NLA_HDRLEN));
        return bytes;
    }
}
