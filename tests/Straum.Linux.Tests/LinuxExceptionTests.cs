using Straum.Linux.Bpf;

namespace Straum.Linux;

public sealed class LinuxExceptionTests
{
    [Fact]
    public void Message_Fault_NamesOperationObjectErrorAndHint() =>
        new LinuxException("map create", "services_v4", Errno.EPERM, LinuxException.GeneralHint(Errno.EPERM, isRoot: false)).Message.ShouldBe(
            "map create services_v4: EPERM (Operation not permitted): run as root, or with CAP_NET_ADMIN, CAP_SYS_ADMIN and CAP_BPF");

    [Theory]
    [InlineData(Errno.EPERM)]
    [InlineData(Errno.EACCES)]
    public void Message_RefusedToRoot_DoesNotSayToBecomeRoot(Errno errno)
    {
        LinuxException.GeneralHint(errno, isRoot: true).ShouldNotBeNull().ShouldContain("root is not enough here");
        LinuxException.GeneralHint(errno, isRoot: false).ShouldNotBeNull().ShouldContain("run as root");
        SysctlTree.Refused(isRoot: true).ShouldContain("read-only");
        SysctlTree.Refused(isRoot: false).ShouldBe("run it as root");
    }

    [Theory]
    [InlineData(Errno.ENOENT, "op it: ENOENT (No such file or directory)")]
    [InlineData(Errno.ENOTSUPP, "op it: ENOTSUPP (Operation not supported)")]
    [InlineData(Errno.LibbpfFormat, "op it: LibbpfFormat (libbpf's own error, see the details)")]
    public void Message_NoHint_IsShort(Errno errno, string message) => new LinuxException("op", "it", errno).Message.ShouldBe(message);

    [Theory]
    [InlineData("", null)]
    [InlineData("processed 5 insns (limit 1000000)", null)]
    [InlineData("0: (b7) r0 = 0\n1: (95) exit\nprocessed 2 insns", "1: (95) exit")]
    [InlineData(
        "; int x = a[i];\n3: (71) r0 = *(u8 *)(r1 +20)\ninvalid access to packet, off=20\nR1 offset is outside of the packet\nprocessed 4 insns\nverification time 10 usec\n",
        "invalid access to packet, off=20 R1 offset is outside of the packet [int x = a[i];]")]
    public void Summarize_VerifierLog_KeepsTheComplaintAndItsLine(string log, string? summary) =>
        VerifierException.Summarize(log).ShouldBe(summary);
}
