namespace Straum.Control.Tuning;

/// <summary>
/// Where a setting is effective. A new network namespace starts with the kernel's defaults, not with the host's values
/// (measured on Linux 6.18), so a setting that pods need has to be written in each pod's namespace.
/// </summary>
public enum SettingScope
{
    /// <summary>The kernel's alone, or of no use in a pod.</summary>
    Host,

    /// <summary>Of each network namespace: the host's by `straum tune`, pods' at CNI ADD.</summary>
    Both,
}
