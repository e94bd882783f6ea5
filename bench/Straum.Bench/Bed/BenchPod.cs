using Straum.Linux;

namespace Straum.Bench.Bed;

/// <summary>A pod: its machine and its IPv4 address.</summary>
internal sealed record BenchPod(Machine Machine, string Address)
{
    /// <summary>Of the programs that run in it; its own unless said otherwise.</summary>
    public ControlGroup Group { get; init; } = Machine.Group;
}
