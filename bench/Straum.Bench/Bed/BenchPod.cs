namespace Straum.Bench.Bed;

/// <summary>A pod: its machine and its IPv4 address.</summary>
internal sealed record BenchPod(Machine Machine, string Address);
