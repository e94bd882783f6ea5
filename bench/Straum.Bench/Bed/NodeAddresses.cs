namespace Straum.Bench.Bed;

/// <summary>Addresses by the index of a node, counted from 1.</summary>
internal static class NodeAddresses
{
    /// <summary>Has the IPv4 addresses of every node's pods.</summary>
    public const string AllPodsV4 = "10.245.0.0/16";

    public static string V4(int index) => $"172.31.0.{10 + index}";

    public static string V6(int index) => $"fd31::{10 + index}";

    public static string PodsV4(int index) => $"10.245.{index}.0/24";

    public static string PodsV6(int index) => $"fd45:0:0:{index}::/64";
}
