namespace Straum.Control.Tuning;

/// <summary>How much is tuned; each one has what the one before it has.</summary>
public enum TuningProfile
{
    /// <summary>Nothing.</summary>
    Off,

    /// <summary>Ceilings alone: nothing behaves otherwise until a program asks for more than the kernel's default allows.</summary>
    Safe,

    /// <summary>Also what changes the behaviour of programs that never asked: ports, timeouts, congestion control.</summary>
    Full,
}
