using Straum.Linux;
using Straum.Linux.Bpf;

namespace Straum.Doctor.Checks;

public sealed class KernelTests : CheckTest
{
    [Theory]
    [InlineData("6.8.0-45-generic\n", Verdict.Pass)]
    [InlineData("5.10.0\n", Verdict.Pass)]
    [InlineData("5.4.0-150-generic\n", Verdict.Fail)]
    [InlineData("4.18.0-553.el8_10.x86_64\n", Verdict.Fail)]
    [InlineData("mainline\n", Verdict.Unknown)]
    public async Task Version_IsComparedWithTheFloor(string release, Verdict verdict)
    {
        Host.Files["/proc/sys/kernel/osrelease"] = [release];
        (await FindAsync("ST-KE-001")).Verdict.ShouldBe(verdict);
    }

    [Fact]
    public async Task Features_AllThere_Pass() => await ShouldBeAsync("ST-KE-002", Verdict.Pass, "all ");

    [Fact]
    public async Task Features_NeededOneMissing_Fails()
    {
        Host.Unsupported["bpf_redirect_peer"] = FeatureSupport.NotSupported;
        await ShouldBeAsync("ST-KE-002", Verdict.Fail, "bpf_redirect_peer (Linux 5.10)");
    }

    [Fact]
    public async Task Features_OptionalOneMissing_PassesAndNamesIt()
    {
        Host.Unsupported["tcx"] = FeatureSupport.NotSupported;
        await ShouldBeAsync("ST-KE-002", Verdict.Pass, "without tcx (Linux 6.6)");
    }

    [Fact]
    public async Task Features_NotTried_IsUnknown()
    {
        Host.Unsupported["tcx"] = FeatureSupport.Unknown;
        await ShouldBeAsync("ST-KE-002", Verdict.Unknown, "tcx");
    }

    [Fact]
    public async Task TypeInformation_Missing_Fails()
    {
        await ShouldBeAsync("ST-KE-003", Verdict.Fail, "/sys/kernel/btf/vmlinux");
        Host.Files["/sys/kernel/btf/vmlinux"] = [""];
        await ShouldBeAsync("ST-KE-003", Verdict.Pass, "vmlinux");
    }

    [Fact]
    public async Task Virtualization_Kvm_Passes()
    {
        Host.Files["/proc/1/environ"] = ["HOME=/\0TERM=linux\0"];
        Host.Files["/proc/cpuinfo"] = ["flags\t\t: fpu hypervisor lahf_lm\n"];
        Host.Files["/sys/class/dmi/id/sys_vendor"] = ["QEMU\n"];
        await ShouldBeAsync("ST-KE-004", Verdict.Pass, "virtual machine (QEMU)");
    }

    [Fact]
    public async Task Virtualization_OpenVz_Fails()
    {
        Host.Files["/proc/vz/veinfo"] = [""];
        await ShouldBeAsync("ST-KE-004", Verdict.Fail, "OpenVZ");
    }

    [Theory]
    [InlineData("lxc", FeatureSupport.Supported, Verdict.Warn)]
    [InlineData("lxc", FeatureSupport.Unknown, Verdict.Fail)]
    [InlineData("docker", FeatureSupport.Supported, Verdict.Pass)]
    [InlineData("docker", FeatureSupport.Unknown, Verdict.Fail)]
    public async Task Virtualization_Container_DependsOnBpf(string container, FeatureSupport bpf, Verdict verdict)
    {
        Host.Files["/proc/1/environ"] = [$"A=b\0container={container}\0"];
        Host.Unsupported["ring buffer"] = bpf;
        (await FindAsync("ST-KE-004")).Verdict.ShouldBe(verdict);
    }

    [Theory]
    [InlineData("lxc", 0, Verdict.Fail)]
    [InlineData("lxc", 1000, Verdict.Unknown)]
    [InlineData("docker", 0, Verdict.Fail)]
    [InlineData("docker", 1000, Verdict.Unknown)]
    public async Task Virtualization_ContainerWhereBpfIsRefused_IsKnownToRootOnly(string container, int user, Verdict verdict)
    {
        Host.Files["/run/systemd/container"] = [$"{container}\n"];
        Host.Files["/proc/self/status"] = [$"Name:\tstraum\nUid:\t1000\t{user}\t{user}\t{user}\n"];
        Host.Unsupported["ring buffer"] = FeatureSupport.Unknown;
        (await FindAsync("ST-KE-004")).ShouldSatisfyAllConditions(f => f.Verdict.ShouldBe(verdict), f => f.Fix.ShouldBe(verdict == Verdict.Unknown ? "run it as root" : null));
    }

    [Fact]
    public async Task Virtualization_EnvironmentRefused_OtherSignsDecide()
    {
        Host.Files["/proc/1/environ"] = [""];
        Host.Refused.Add("/proc/1/environ");
        await ShouldBeAsync("ST-KE-004", Verdict.Pass, "hardware");
    }

    [Fact]
    public async Task Mounts_AreLookedFor()
    {
        (await FindAsync("ST-KE-005")).Verdict.ShouldBe(Verdict.Warn);
        (await FindAsync("ST-KE-006")).Verdict.ShouldBe(Verdict.Fail);
        Host.MountList.Add(Mount("/sys/fs/bpf", "bpf"));
        Host.MountList.Add(Mount("/sys/fs/cgroup", "cgroup2"));
        (await FindAsync("ST-KE-005")).Verdict.ShouldBe(Verdict.Pass);
        await ShouldBeAsync("ST-KE-006", Verdict.Pass, "/sys/fs/cgroup");
        Host.MountList.Add(Mount("/sys/fs/cgroup/cpu", "cgroup"));
        await ShouldBeAsync("ST-KE-006", Verdict.Pass, "beside version 1");
    }

    [Fact]
    public async Task BpfFileSystem_Covered_Warns()
    {
        Host.MountList.Add(Mount("/sys/fs/bpf", "bpf"));
        Host.MountList.Add(Mount("/sys/fs/bpf", "tmpfs"));
        (await FindAsync("ST-KE-005")).Verdict.ShouldBe(Verdict.Warn);
    }

    [Fact]
    public async Task Compiler_Off_Warns()
    {
        Host.Files["/proc/sys/net/core/bpf_jit_enable"] = ["0\n"];
        (await FindAsync("ST-KE-007")).Verdict.ShouldBe(Verdict.Warn);
        Host.Files["/proc/sys/net/core/bpf_jit_enable"] = ["1\n"];
        (await FindAsync("ST-KE-007")).Verdict.ShouldBe(Verdict.Pass);
    }

    private static MountPoint Mount(string path, string type) => new() { Root = "/", Path = path, FileSystemType = type, Source = type, Options = "rw", IsReadOnly = false };
}
