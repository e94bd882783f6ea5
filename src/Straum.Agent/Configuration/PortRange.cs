namespace Straum.Agent.Configuration;

/// <summary>Ports from <paramref name="First"/> to <paramref name="Last"/>, both of them in it.</summary>
public readonly record struct PortRange(int First, int Last)
{
    /// <summary>How many ports are in it.</summary>
    public int Count => Last - First + 1;

    public bool Overlaps(PortRange other) => First <= other.Last && other.First <= Last;

    public bool Contains(int port) => port >= First && port <= Last;

    /// <summary>Of the form 49152-65535.</summary>
    public override string ToString() => $"{First}-{Last}";
}
