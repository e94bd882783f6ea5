using Straum.Cli.Commands;
using Straum.Lab;

namespace Straum.Cli.Tests.Commands;

public sealed class LabProgressTests
{
    [Fact]
    public void Pipe_GetsWhatIsDoneAndWhatMustNotBeMissed_AndNotThePresentStep()
    {
        using var output = new StringWriter();
        var progress = new LabProgress(output);
        progress.Report(new LabStep("host", "another process holds the lab; waiting", Done: false, Lasting: true));
        progress.Report(new LabStep("nodes", "1 of 3 ready", Done: false));
        progress.Report(new LabStep("nodes", "n1, n2, n3", Done: true));

        output.ToString().ReplaceLineEndings("\n").ShouldMatch(@"^· host     another process holds the lab; waiting\n✓ nodes    n1, n2, n3  \(\d+\.\d s\)\n$");
    }
}
