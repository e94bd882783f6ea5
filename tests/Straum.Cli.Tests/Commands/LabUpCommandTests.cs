using Straum.Cli.Terminal;

namespace Straum.Cli.Tests.Commands;

/// <summary>What is refused before anything is built.</summary>
public sealed class LabUpCommandTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Configuration_WithAnotherMode_IsRefused()
    {
        await File.WriteAllTextAsync(_file, "routing:\n  mode: native\n", TestContext.Current.CancellationToken);

        var run = await CliRun.Of("lab", "up", "--mode", "vxlan", "--config", _file);

        run.ExitCode.ShouldBe(ExitCode.Usage);
        run.Error.ShouldContain($"--mode vxlan, and {_file}:2:9 says native");
    }

    [Fact]
    public async Task Configuration_WithAFault_IsRefusedWithItsPlace()
    {
        await File.WriteAllTextAsync(_file, "routing:\n  mode: geneve\n", TestContext.Current.CancellationToken);

        var run = await CliRun.Of("lab", "up", "--config", _file);

        run.ExitCode.ShouldBe(ExitCode.Problem);
        run.Error.ShouldContain($"{_file}:2:9");
    }
}
