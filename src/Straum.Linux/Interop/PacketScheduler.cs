namespace Straum.Linux.Interop;

/// <summary>Constants of linux/pkt_sched.h and linux/pkt_cls.h.</summary>
internal static class PacketScheduler
{
    internal const uint TC_H_ROOT = 0xFFFFFFFF;
    internal const uint TC_H_CLSACT = 0xFFFFFFF1;
    internal const uint TC_H_MIN_INGRESS = 0xFFF2;
    internal const uint TC_H_MIN_EGRESS = 0xFFF3;

    internal const ushort TCA_BPF_FD = 6;
    internal const ushort TCA_BPF_NAME = 7;
    internal const ushort TCA_BPF_FLAGS = 8;
    internal const ushort TCA_BPF_ID = 11;
    internal const ushort TCA_BPF_FLAG_ACT_DIRECT = 1;
}
