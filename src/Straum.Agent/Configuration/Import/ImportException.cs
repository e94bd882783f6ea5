namespace Straum.Agent.Configuration.Import;

/// <summary>A file that cannot be imported at all: of no known kind, or not of the kind that it was said to be.</summary>
/// <param name="file">The file.</param>
/// <param name="line">From 1; 0 when no line is to blame.</param>
/// <param name="why">What is wrong with it.</param>
public sealed class ImportException(string file, int line, string why) : Exception(why)
{
    /// <summary>The file, with its line where one is to blame.</summary>
    public string Where { get; } = line > 0 ? $"{file}:{line}" : file;

    /// <summary>No reader took it for its own: whoever knows what it is can say so.</summary>
    public bool IsUnrecognised { get; init; }
}
