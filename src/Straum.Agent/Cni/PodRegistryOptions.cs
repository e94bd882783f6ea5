using Straum.Control.Addressing;
using Straum.Control.Problems;

namespace Straum.Agent.Cni;

/// <summary>What a <see cref="PodRegistry"/> is told of its surroundings.</summary>
public sealed record PodRegistryOptions
{
    /// <summary>The Node object, for problems to point at.</summary>
    public required ObjectName Node { get; init; }

    /// <summary>How long the address of a deleted pod rests.</summary>
    public TimeSpan Quarantine { get; init; } = AddressLedger.DefaultQuarantine;

    /// <summary>Differs after every start of the machine.</summary>
    public string BootId { get; init; } = ReadBootId();

    private static string ReadBootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}
