namespace Straum.Linux.Netlink;

/// <summary>struct tcmsg, the fixed header of qdisc and filter messages.</summary>
internal struct TcMessage
{
    public byte Family;
    public byte Padding1;
    public ushort Padding2;
    public int InterfaceIndex;
    public uint Handle;
    public uint Parent;
    public uint Info;
}
