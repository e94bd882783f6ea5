namespace Straum.Control.Tuning;

/// <summary>One setting of a sysctl.d file.</summary>
/// <param name="Key">With dots; may be a pattern, <see cref="SysctlPattern"/>.</param>
/// <param name="Value">As it was written.</param>
public sealed record SysctlLine(string Key, string Value)
{
    /// <summary>A dash stands before the key: a kernel without it is no fault (sysctl.d(5)).</summary>
    public bool MayBeAbsent { get; init; }
}
