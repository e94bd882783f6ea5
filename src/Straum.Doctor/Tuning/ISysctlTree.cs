using Straum.Linux;

namespace Straum.Doctor.Tuning;

/// <summary>Kernel settings by key with dots.</summary>
public interface ISysctlTree
{
    /// <summary>The value as the kernel prints it, without the final newline; null when there is no such setting, or none that can be read.</summary>
    string? Read(string key);

    /// <exception cref="LinuxException">The kernel refuses.</exception>
    void Write(string key, string value);
}
