namespace Straum.Cli.Terminal;

/// <summary>Addresses with ports as people write them.</summary>
internal static class EndPointText
{
    /// <summary>10.0.0.1:80, or [fd00::1]:80.</summary>
    public static string Of(string address, int port) => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]:{port}" : $"{address}:{port}";
}
