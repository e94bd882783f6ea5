namespace Straum.Control.Tuning;

/// <summary>What is to be done about a setting.</summary>
public enum TuningAction
{
    /// <summary>Write the wanted value.</summary>
    Change,

    /// <summary>Nothing: it is as wanted.</summary>
    AsWanted,

    /// <summary>Nothing: somebody else has decided.</summary>
    Keep,

    /// <summary>Nothing: this kernel has no such setting or value.</summary>
    Missing,
}
