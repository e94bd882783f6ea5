namespace Straum.Linux;

/// <summary>A program to start inside a network namespace. The zero value of everything but the name is the default.</summary>
public sealed record ProcessSpec
{
    /// <summary>A path, or a name to look up in PATH.</summary>
    public required string FileName { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Variables to add to, or (with <c>null</c>) take from, this process's own.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Start from no variables at all, so that <see cref="Environment"/> is everything.</summary>
    public bool CleanEnvironment { get; init; }

    public string? WorkingDirectory { get; init; }

    /// <summary>The program is in this control group before its first instruction.</summary>
    public ControlGroup? ControlGroup { get; init; }

    /// <summary>
    /// File that standard output and error are appended to. When <c>null</c> both are pipes, which the caller must read:
    /// a program whose pipe is full stops.
    /// </summary>
    public string? OutputFile { get; init; }

    /// <summary>Standard input, output and error are this process's own, instead of pipes or a file.</summary>
    public bool KeepTerminal { get; init; }

    /// <summary>The program leads a session of its own: it outlives the terminal, and Ctrl-C there does not reach it.</summary>
    public bool NewSession { get; init; }
}
