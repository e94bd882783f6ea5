using Straum.Cli.Commands;
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
    public void Fault_OfAFullDisk_IsWhatTheKernelSaid() =>
        InstallCniCommand.Fault("/opt/cni/bin", new IOException("No space left on device.")).Message.ShouldEndWith("No space left on device");
}
