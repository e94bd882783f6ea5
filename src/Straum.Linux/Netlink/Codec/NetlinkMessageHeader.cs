namespace Straum.Linux.Netlink.Codec;

/// <summary>struct nlmsghdr: host byte order; <see cref="Length"/> counts the header and leaves out the final padding.</summary>
internal struct NetlinkMessageHeader
{
    public uint Length;
    public ushort Type;
    public ushort Flags;
    public uint Sequence;
    public uint PortId;
}
