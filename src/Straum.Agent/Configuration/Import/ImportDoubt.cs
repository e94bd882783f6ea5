namespace Straum.Agent.Configuration.Import;

/// <summary>Why a file does not look like one kind of configuration.</summary>
/// <param name="Line">From 1; 0 when no line is to blame.</param>
/// <param name="Why">To follow "as that kind:".</param>
/// <param name="IsMeant">By its name or by what it holds the file is of this kind all the same, and has a fault.</param>
internal sealed record ImportDoubt(int Line, string Why, bool IsMeant = false);
