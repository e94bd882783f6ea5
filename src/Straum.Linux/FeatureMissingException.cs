namespace Straum.Linux;

/// <summary>The running kernel lacks a feature that the operation cannot do without.</summary>
public sealed class FeatureMissingException(string feature, Version minimumKernel, string operation, string subject, Errno errno)
    : LinuxException(operation, subject, errno, $"{feature} needs Linux {minimumKernel} or later")
{
    public string Feature { get; } = feature;

    public Version MinimumKernel { get; } = minimumKernel;
}
