using Straum.Cli.Commands;
using Straum.Cli.Terminal;
using Straum.Linux;

namespace Straum.Cli.Tests.Commands;

public sealed class InstallCniCommandTests
{
    public static TheoryData<Exception> Refusals =>
    [
        new IOException("Access to the path '/opt/cni/bin/straum-cni' is denied.", new UnauthorizedAccessException()),
        new LinuxException("directory open", "/opt/cni/bin", Errno.EACCES),
    ];

    [Theory]
    [MemberData(nameof(Refusals), DisableDiscoveryEnumeration = true)]
    public void Fault_OfADirectoryThatIsNotRoots_NamesTheCapability(Exception refusal)
    {
        var fault = InstallCniCommand.Fault("/opt/cni/bin", refusal);
        fault.Message.ShouldEndWith("(where the directory is not root's, the container needs the capability DAC_OVERRIDE)");
        fault.Message.ShouldNotContain("CAP_NET_ADMIN");
    }

    [Fact]
    public async Task Directory_ThatIsNotThere_IsNamed_AndNotMade()
    {
        var directory = Path.Combine(Path.GetTempPath(), $"straum-t-{Guid.NewGuid():N}", "bin");
        var run = await CliRun.Of("install-cni", "--bin-dir", directory);
        run.ExitCode.ShouldBe(ExitCode.Problem);
        run.Error.TrimEnd().ShouldBe($"straum: install straum-cni: there is no directory {directory} (name the one that the runtime has for plugins, or make it first)");
        Directory.Exists(Path.GetDirectoryName(directory)).ShouldBeFalse();
    }

    [Fact]
    public void Fault_OfAFullDisk_IsWhatTheKernelSaid() =>
        InstallCniCommand.Fault("/opt/cni/bin", new IOException("No space left on device.")).Message.ShouldEndWith("No space left on device");
}
