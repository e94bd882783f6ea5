namespace Straum.Doctor.Measuring;

/// <summary>No file can be made in a directory: of the user's right, or because its file system takes none.</summary>
/// <param name="directory">It.</param>
/// <param name="inner">What the kernel said.</param>
public sealed class UnwritableDirectoryException(string directory, Exception inner) : IOException($"{directory} cannot be written to", inner)
{
    /// <summary>Another user may be let.</summary>
    public bool IsRefused => InnerException is UnauthorizedAccessException && !Environment.IsPrivilegedProcess;
}
