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
        await lab.BuildAsync();
        ControlGroup.Open(LabCgroups.Root).Kill();
        await LabFixture.UntilAsync("the supervisor is gone", () => Task.FromResult(!LabCluster.Running().IsSupervised));

        (await LabCluster.DownAsync(force: false, null, Stop)).ShouldBeTrue();
        NetworkNamespace.List().Where(LabTeardown.IsOurs).ShouldBeEmpty();
        Directory.Exists(LabPaths.Root).ShouldBeFalse();
        Directory.Exists(LabPaths.BpfRoot).ShouldBeFalse();
        ControlGroup.TryOpen(LabCgroups.Root, out _).ShouldBeFalse();
        host.Links.List().Select(l => l.Name).ShouldBe(links);
        (await LabCluster.DownAsync(force: false, null, Stop)).ShouldBeFalse();
    }

    [Fact]
    public async Task Up_Twice_FindsTheRunningLab_AndRefusesAnother()
    {
        await lab.BuildAsync();
        try
        {
            var cluster = new LabCluster(LabFixture.Paths) { Owner = ProcessIdentity.Self };
            (await cluster.UpAsync(lab.Spec, withSample: false, new Progress<LabStep>(), Stop)).ShouldBeFalse();
            var refusal = await Should.ThrowAsync<LabException>(() => cluster.UpAsync(lab.Spec with { Mode = LabMode.Vxlan }, false, new Progress<LabStep>(), Stop));
            refusal.Message.ShouldBe("a lab of 1 node, native routing is running");
            refusal.Hint.ShouldBe("straum lab down");
        }
        finally
        {
            await LabCluster.DownAsync(force: false, null, Stop);
        }
    }

    [Fact]
    public async Task Up_AfterTheSupervisorDied_BuildsAnew()
    {
        await lab.BuildAsync();
        try
        {
            var first = LabCluster.Running().CreatedAt;
            ControlGroup.Open(LabCgroups.Supervisor).Kill();
            await LabFixture.UntilAsync("the supervisor is gone", () => Task.FromResult(!LabCluster.Running().IsSupervised));
            await lab.BuildAsync();
            LabCluster.Running().CreatedAt.ShouldBeGreaterThan(first);
            LabStatus.Read().IsGood.ShouldBeTrue();
        }
        finally
        {
            await LabCluster.DownAsync(force: false, null, Stop);
        }
    }
}
