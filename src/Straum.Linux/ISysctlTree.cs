namespace Straum.Linux;

/// <summary>Kernel settings by name, as <see cref="Sysctl"/> names them.</summary>
public interface ISysctlTree
{
    /// <summary>The value as the kernel prints it, without the final newline; null when there is no such setting, or none that can be read.</summary>
    string? Read(string name);

    /// <exception cref="LinuxException">ENOENT when the kernel has no such setting, EINVAL when it refuses the value, EACCES or EROFS without the right.</exception>
    void Write(string name, string value);
}
