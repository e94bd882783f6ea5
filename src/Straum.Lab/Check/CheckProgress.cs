namespace Straum.Lab.Check;

/// <summary>How far a check has come.</summary>
/// <param name="Asked">Questions with an answer, right or wrong.</param>
/// <param name="Failed">Those among them with a wrong one.</param>
/// <param name="Total">All questions of the plan; in a broken lab not all of them are asked.</param>
public sealed record CheckProgress(int Asked, int Failed, int Total);
