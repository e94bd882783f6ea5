using Straum.Cli.Doctor;
using Straum.Cli.Terminal;
using Straum.Doctor;

namespace Straum.Cli.Tests.Doctor;

public sealed class DoctorScreenTests
{
    [Fact]
    public void Round_BeginsWithItsTimeInUtc_ApartFromTheOneBefore()
    {
        using var output = new StringWriter();
        var screen = new DoctorScreen(Screen.For(output, terminal: false), VerdictMarks.OfEnvironment());
        var report = new DoctorReport("n1", "6.12.0", new DateTimeOffset(2026, 1, 31, 13, 0, 0, TimeSpan.FromHours(1)), TimeSpan.Zero, []);

        screen.DrawRound(report, first: true);
        screen.DrawRound(report with { Time = report.Time.AddSeconds(5) }, first: false);

        output.ToString().ReplaceLineEndings("\n").ShouldBe("2026-01-31T12:00:00Z\n\n2026-01-31T12:00:05Z\n");
    }

    [Fact]
    public void BesideALab_ItSaysHowToLookAtANode()
    {
        using var output = new StringWriter();
        new DoctorScreen(Screen.For(output, terminal: false), VerdictMarks.OfEnvironment()).DrawLabHint(["n1", "n2"]);
        output.ToString().ShouldContain("straum doctor --node n1 looks at one of its nodes (n1, n2)");
    }
}
