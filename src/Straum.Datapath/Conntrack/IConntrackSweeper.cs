using Straum.Datapath.Abi;

namespace Straum.Datapath.Conntrack;

/// <summary>Expires flows.</summary>
public interface IConntrackSweeper
{
    /// <summary>One look at all entries. Returns how many there were and how many went.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC; 0 asks the clock.</param>
    SweepRequest Sweep(ulong nowNs = 0);
}
