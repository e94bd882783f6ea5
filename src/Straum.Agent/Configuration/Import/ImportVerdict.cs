namespace Straum.Agent.Configuration.Import;

/// <summary>What became of one key of a foreign configuration.</summary>
public enum ImportVerdict
{
    /// <summary>Straum does the same: by a key of its own, or always.</summary>
    Kept,

    /// <summary>Carried over with another value or another meaning; the finding says why.</summary>
    Changed,

    /// <summary>Straum has no such capability yet.</summary>
    NotServed,

    /// <summary>Straum will not do this, or the value is none that it could take.</summary>
    Refused,

    /// <summary>The importer does not know the key.</summary>
    Unknown,
}
