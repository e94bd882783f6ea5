using Straum.Cli.Commands;
using Straum.Cli.Terminal;
using Straum.Lab.Check;

namespace Straum.Cli.Tests.Commands;

public sealed class LabCheckScreenTests
{
    [Fact]
    public void PodThatIsNotReady_IsWhereToLookNext()
    {
        var text = Draw(
            [new CheckedPod("default", "client-1", "n1", Ready: false, "Running", []), new CheckedPod("default", "echo-1", "n3", Ready: true, "Running", [])],
            ["pod default/client-1 is not ready"]);
        text.ShouldContain("doctor --node n1");
        text.ShouldContain("Not all green: 0 of 0 cells that could be asked");
    }

    [Fact]
    public void EverythingGood_SaysNothingOfProblems()
    {
        var text = Draw([new CheckedPod("default", "echo-1", "n3", Ready: true, "Running", [])], []);
        text.ShouldContain("All green: 0 of 0 cells, 0 questions");
        text.ShouldNotContain("doctor");
    }

    private static string Draw(IReadOnlyList<CheckedPod> pods, IReadOnlyList<string> problems)
    {
        using var output = new StringWriter();
        LabCheckScreen.Draw(Screen.For(output, terminal: false), new CheckReport("native", [], pods, [], problems, 1), buildSeconds: null);
        return output.ToString();
    }
}
