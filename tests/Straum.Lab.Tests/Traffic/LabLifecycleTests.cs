using Straum.Lab.Processes;
using Straum.Lab.Topology;
using Straum.Linux;
using Straum.Linux.Netlink;

namespace Straum.Lab.Traffic;

/// <summary>Coming and going of a whole lab.</summary>
[Collection(nameof(NoLab))]
public sealed class LabLifecycleTests(NoLab lab)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Down_AfterEverythingWasKilled_LeavesNothing()
    {
        using var host = RtNetlink.Open();
        var links = host.Links.List().Select(l => l.Name).ToArray();
        await BuildAsync();
        ControlGroup.Open(LabCgroups.Root).Kill();
        await LabFixture.UntilAsync("the supervisor is gone", () => Task.FromResult(!LabCluster.Running().IsSupervised));

        (await lab.Cluster.DownAsync(force: false, null, Stop)).ShouldBeTrue();
        NetworkNamespace.List().Where(LabTeardown.IsOurs).ShouldBeEmpty();
        Directory.Exists(LabPaths.Root).ShouldBeFalse();
        Directory.Exists(LabPaths.BpfRoot).ShouldBeFalse();
        ControlGroup.TryOpen(LabCgroups.Root, out _).ShouldBeFalse();
        host.Links.List().Select(l => l.Name).ShouldBe(links);
        (await lab.Cluster.DownAsync(force: false, null, Stop)).ShouldBeFalse();
    }

    [Fact]
    public async Task Up_Twice_FindsTheRunningLab_AndRefusesAnother()
    {
        await BuildAsync();
        try
        {
            (await BuildAsync()).ShouldBeFalse();
            var refusal = await Should.ThrowAsync<LabException>(() => lab.Cluster.UpAsync(lab.Spec with { Mode = LabMode.Vxlan }, false, new Progress<LabStep>(), Stop));
            refusal.Message.ShouldBe($"a lab of 1 node, native routing is running for process {Environment.ProcessId}");
            refusal.Hint.ShouldBe("straum lab down");
        }
        finally
        {
            await lab.Cluster.DownAsync(force: false, null, Stop);
        }
    }

    [Fact]
    public async Task Up_AfterTheSupervisorDied_BuildsAnew()
    {
        await BuildAsync();
        try
        {
            var first = LabCluster.Running().CreatedAt;
            ControlGroup.Open(LabCgroups.Supervisor).Kill();
            await LabFixture.UntilAsync("the supervisor is gone", () => Task.FromResult(!LabCluster.Running().IsSupervised));
            await BuildAsync();
            LabCluster.Running().CreatedAt.ShouldBeGreaterThan(first);
            LabStatus.Read().IsGood.ShouldBeTrue();
        }
        finally
        {
            await lab.Cluster.DownAsync(force: false, null, Stop);
        }
    }

    private Task<bool> BuildAsync() => lab.Cluster.UpAsync(lab.Spec, withSample: false, new Progress<LabStep>(), Stop);
}
