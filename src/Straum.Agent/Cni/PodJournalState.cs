using Straum.Control.Addressing;

namespace Straum.Agent.Cni;

/// <summary>What a journal says when it is played back.</summary>
internal sealed class PodJournalState
{
    /// <summary>Of the boot that the journal was last written in; empty for a new one.</summary>
    public string BootId { get; set; } = "";

    public Dictionary<AddressOwner, PodRecord> Pods { get; } = [];

    /// <summary>In the order of their ends.</summary>
    public List<QuarantinedAddress> Resting { get; } = [];

    /// <summary>Lines that were torn or that no agent wrote.</summary>
    public int DamagedLines { get; set; }
}
