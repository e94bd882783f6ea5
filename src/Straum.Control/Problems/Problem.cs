namespace Straum.Control.Problems;

/// <summary>
/// Something in the objects that keeps us from doing what they say. Ends up in a condition, an Event and
/// `straum status`; everything that the problem does not touch keeps working.
/// </summary>
public sealed record Problem
{
    public required Severity Severity { get; init; }
    public required ObjectName Object { get; init; }

    /// <summary>The path of the field to look at, as in "spec.clusterIPs[0]"; empty when none is to blame.</summary>
    public string Field { get; init; } = "";

    /// <summary>One sentence: what is wrong and what does not work because of it.</summary>
    public required string Message { get; init; }

    /// <summary>One sentence: what to do about it.</summary>
    public required string Fix { get; init; }

    /// <summary>All but the severity, on one line.</summary>
    public string Text => $"{Object}{(Field.Length > 0 ? " " + Field : "")}: {Message} {Fix}";

    public override string ToString() => $"{Severity} {Text}";
}

public enum Severity : byte
{
    /// <summary>Works, but not as someone may expect.</summary>
    Notice,

    /// <summary>A part of the object is not served.</summary>
    Warning,

    /// <summary>The object is not served at all.</summary>
    Error,
}
