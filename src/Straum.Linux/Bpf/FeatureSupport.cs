namespace Straum.Linux.Bpf;

/// <summary>What a probe found.</summary>
public enum FeatureSupport
{
    /// <summary>The probe could not tell, mostly for lack of privilege. Asking again may.</summary>
    Unknown,
    Supported,
    NotSupported,
}
