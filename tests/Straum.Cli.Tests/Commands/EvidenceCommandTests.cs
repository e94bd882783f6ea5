namespace Straum.Cli.Tests.Commands;

public sealed class EvidenceCommandTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("straum-t-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task FileThatIsThere_IsNotOverwritten()
    {
        var path = Path.Combine(_directory.FullName, "report.tar.gz");
        await File.WriteAllTextAsync(path, "another", TestContext.Current.CancellationToken);
        var run = await CliRun.Of("report", "--file", path);
        run.ExitCode.ShouldBe(1);
        run.Error.ShouldBe($"straum: write {path}: it is there already (name another, or remove it first)\n");
        (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).ShouldBe("another");
    }

    [Fact]
    public async Task Archive_IsItsOwnersAlone_AndTheLineSaysWhatIsMissing()
    {
        var path = Path.Combine(_directory.FullName, "report.tar.gz");
        var run = await CliRun.Of("report", "--file", path);
        run.ExitCode.ShouldBe(0);
        run.Output.ShouldMatch(@"report\.tar\.gz: \d+ of \d+ sources \(.*agent/status\.json.* missing, MANIFEST\.txt says why\)");
        File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
