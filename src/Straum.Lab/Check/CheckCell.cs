namespace Straum.Lab.Check;

/// <summary>One cell of the matrix: every question of one row, family and protocol.</summary>
/// <param name="Path">The row's name.</param>
/// <param name="Family">4 or 6.</param>
/// <param name="Protocol">tcp, udp or http.</param>
/// <param name="Asked">Questions that were asked.</param>
/// <param name="Skipped">Questions that were not, because others of the cell had failed.</param>
/// <param name="P50Microseconds">The median over the questions' median attempts; null when none was answered.</param>
/// <param name="Failures">What went wrong.</param>
public sealed record CheckCell(
    string Path, int Family, string Protocol, int Asked, int Skipped, double? P50Microseconds, IReadOnlyList<CheckFailure> Failures)
{
    public bool IsGood => Failures.Count == 0 && Asked > 0;
}

/// <summary>One question with a wrong answer, or none.</summary>
/// <param name="From">The pod or node that asked.</param>
/// <param name="Node">The node that it is on.</param>
/// <param name="To">Who was asked.</param>
/// <param name="Target">At which address and port.</param>
/// <param name="Reason">What came instead.</param>
public sealed record CheckFailure(string From, string Node, string To, string Target, string Reason);
