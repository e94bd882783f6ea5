namespace Straum.Lab;

/// <summary>
/// The lab cannot do what was asked. <see cref="Exception.Message"/> says what failed and why, <see cref="Hint"/> what the user can do about it.
/// </summary>
public class LabException : Exception
{
    public LabException(string message, string? hint = null, Exception? inner = null) : base(message, inner) => Hint = hint;

    /// <summary>The next command to run or thing to change; null when there is nothing useful to say.</summary>
    public string? Hint { get; }
}
