namespace Straum.Doctor;

/// <summary>What a check is about. Groups are printed in this order, and can be named to <c>--only</c> and <c>--ignore</c>.</summary>
public enum CheckGroup
{
    Kernel,
    Cpu,
    Conntrack,
    Network,
    Rules,
    Sysctls,
    Disk,
    Dns,
    Pods,
    Cluster,
}
