namespace Straum.Lab;

/// <summary>The lab has nothing of a name that the user wrote: the command line is wrong, and nothing was done.</summary>
public sealed class LabNameException : LabException
{
    /// <param name="message">What there is not.</param>
    /// <param name="hint">Which names there are.</param>
    /// <param name="name">As the user wrote it.</param>
    /// <param name="names">Those that would have been right.</param>
    public LabNameException(string message, string hint, string name, IReadOnlyList<string> names) : base(message, hint)
    {
        Name = name;
        Names = names;
    }

    public string Name { get; }

    public IReadOnlyList<string> Names { get; }
}
