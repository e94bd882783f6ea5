using Straum.Cli.Targets;

namespace Straum.Cli.Tests.Targets;

public sealed class ContainerProcessesTests : IDisposable
{
    private const string Id = "3f2a9c0b1d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8";
    private readonly string _proc = Directory.CreateTempSubdirectory("straum-proc-").FullName;

    public void Dispose() => Directory.Delete(_proc, recursive: true);

    [Theory]
    [InlineData($"0::/kubepods.slice/kubepods-pod1_2.slice/cri-containerd-{Id}.scope")]
    [InlineData($"0::/kubepods/burstable/pod11-22/{Id}")]
    [InlineData($"0::/kubepods.slice/kubepods-pod1.slice/crio-{Id}.scope/container")]
    [InlineData($"12:pids:/system.slice/docker-{Id}.scope\n0::/\n")]
    [InlineData($"0::/../../kubepods/pod1/{Id}\n")]
    public void Find_IdInTheGroupsOfARuntime_NamesItsFirstProcess(string groups)
    {
        Process(4712, groups);
        Process(4711, groups);
        Process(9, "0::/init.scope\n");

        Find(Id).ShouldBe([(Id, 4711)]);
        Find(Id[..8]).ShouldBe([(Id, 4711)]);
        Find("containerd://" + Id).ShouldBe([(Id, 4711)]);
    }

    [Fact]
    public void Find_MonitorOfACrioContainer_IsNotTheContainer()
    {
        Process(4700, $"0::/kubepods.slice/kubepods-pod1.slice/crio-conmon-{Id}.scope\n");
        Process(4711, $"0::/kubepods.slice/kubepods-pod1.slice/crio-{Id}.scope/container\n");

        Find(Id).ShouldBe([(Id, 4711)]);
    }

    [Fact]
    public void Find_NodeThatIsAContainer_HasItsPodsInside()
    {
        const string node = "aa2a9c0b1d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8";
        Process(100, $"0::/system.slice/docker-{node}.scope/init.scope\n");
        Process(4711, $"0::/system.slice/docker-{node}.scope/kubelet.slice/kubepods.slice/cri-containerd-{Id}.scope\n");

        Find(Id).ShouldBe([(Id, 4711)]);
        Find(node).ShouldBe([(node, 100)]);
    }

    [Theory]
    [InlineData("3f2")]
    [InlineData("web-1")]
    [InlineData("ffffffff")]
    public void Find_WhatIsNoIdThatIsHere_IsNothing(string id)
    {
        Process(4711, $"0::/kubepods/pod1/{Id}\n");

        Find(id).ShouldBeEmpty();
    }

    [Fact]
    public void Find_BeginningOfTwoIds_IsBoth()
    {
        Process(1, $"0::/a/{Id}\n");
        Process(2, $"0::/a/{Id[..60]}ffff\n");

        Find(Id[..12]).Count.ShouldBe(2);
    }

    private IReadOnlyList<(string Id, int Process)> Find(string id) => new ContainerProcesses(_proc).Find(id);

    private void Process(int id, string groups)
    {
        Directory.CreateDirectory(Path.Combine(_proc, $"{id}"));
        File.WriteAllText(Path.Combine(_proc, $"{id}", "cgroup"), groups);
    }
}
