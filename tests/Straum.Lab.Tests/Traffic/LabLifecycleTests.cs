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
            refusal.Message.ShouldBe($"a lab of 1 node, native routing is running for {RunningProcess.Read(Environment.ProcessId)}");
            refusal.Hint.ShouldBe("straum lab down");
        }
        finally
        {
            await lab.Cluster.DownAsync(force: false, null, Stop);
        }
    }

    [Theory]
    [InlineData(LabCgroups.Supervisor)]
    [InlineData(LabCgroups.Root)]
    public async Task Up_AfterTheSupervisorDied_AloneOrWithEverything_BringsTheSameClusterBack(string killed)
    {
        await BuildAsync();
        try
        {
            await LabFixture.KubectlAsync("create configmap keepsake --from-literal=a=b");
            var first = LabCluster.Running();
            ControlGroup.Open(killed).Kill();
            await LabFixture.UntilAsync("the supervisor is gone", () => Task.FromResult(!LabCluster.Running().IsSupervised));

            var again = DateTimeOffset.UtcNow;
            (await BuildAsync()).ShouldBeTrue();
            LabCluster.Running().CreatedAt.ShouldBe(first.CreatedAt);
            LabFixture.Process("supervisor").StartedAt.ShouldBeGreaterThan(again);
            (await LabFixture.KubectlAsync("get configmap keepsake -o jsonpath={.data.a}")).ShouldBe("b");
            LabStatus.Read().IsGood.ShouldBeTrue();
        }
        finally
        {
            await lab.Cluster.DownAsync(force: false, null, Stop);
        }
    }

    [Fact]
    public async Task LabOfAPerson_WhoseSupervisorWasKilled_IsThatPersonsStill_AndNobodyTakesIt()
    {
        await BuildAsync();
        var ours = LabCluster.Running();
        try
        {
            ControlGroup.Open(LabCgroups.Supervisor).Kill();
            await LabFixture.UntilAsync("the supervisor is gone", () => Task.FromResult(!LabCluster.Running().IsSupervised));
            // No longer than that: a test run that is killed here leaves a lab that the next one may not remove.
            (ours with { OwnerPid = 0, OwnerStartTicks = 0 }).Write();
            try
            {
                LabCluster.Running().IsInUse.ShouldBeTrue();
                LabStatus.Read().ShouldSatisfyAllConditions(
                    status => status.State.ShouldBe("unsupervised"),
                    status => status.InUse.ShouldBeTrue(),
                    status => status.Owner.ShouldBeNull());
                const string Refusal = "a lab of 1 node, native routing is running, without its supervisor";
                (await Should.ThrowAsync<LabException>(BuildAsync)).Message.ShouldBe(Refusal);
                (await Should.ThrowAsync<LabException>(() => lab.Cluster.DownAsync(force: false, null, Stop))).Message.ShouldBe(Refusal);
                (await Should.ThrowAsync<LabException>(() => lab.PersonsCluster.UpAsync(lab.Spec with { Mode = LabMode.Vxlan }, false, new Progress<LabStep>(), Stop))).Message.ShouldBe(Refusal);
                (await Should.ThrowAsync<LabException>(() => new LabCluster(OtherPrograms()) { Held = lab.PersonsCluster.Held }.UpAsync(lab.Spec, false, new Progress<LabStep>(), Stop)))
                    .Message.ShouldBe($"the lab of 1 node, native routing runs the programs in {LabFixture.Paths.Programs}, and has lost its supervisor");

                ControlGroup.Open(LabCgroups.Root).Kill();
                await LabFixture.UntilAsync("all of it is gone", () => Task.FromResult(!LabRecord.HasProcesses()));
                LabCluster.Running().IsInUse.ShouldBeFalse();
                LabStatus.Read().InUse.ShouldBeFalse();
            }
            finally
            {
                ours.Write();
            }
        }
        finally
        {
            await lab.Cluster.DownAsync(force: false, null, Stop);
        }

        // The same programs in another place.
        static LabPaths OtherPrograms() => new(LabFixture.Paths.Programs + "/.");
    }

    [Fact]
    public async Task LabOfAPerson_WhoseSupervisorWasKilled_GoesWithTheirDown()
    {
        await BuildAsync();
        try
        {
            ControlGroup.Open(LabCgroups.Supervisor).Kill();
            await LabFixture.UntilAsync("the supervisor is gone", () => Task.FromResult(!LabCluster.Running().IsSupervised));
            (LabCluster.Running() with { OwnerPid = 0, OwnerStartTicks = 0 }).Write();
            (await lab.PersonsCluster.DownAsync(force: false, null, Stop)).ShouldBeTrue();
            LabRecord.Read().ShouldBeNull();
            LabRecord.HasProcesses().ShouldBeFalse();
        }
        finally
        {
            await lab.Cluster.DownAsync(force: false, null, Stop);
        }
    }

    [Fact]
    public async Task Up_AfterOneThatEndedBeforeItsNetworkWasBuilt_BuildsAnew()
    {
        await BuildAsync();
        try
        {
            var first = LabCluster.Running().CreatedAt;
            ControlGroup.Open(LabCgroups.Root).Kill();
            await LabFixture.UntilAsync("all of it is gone", () => Task.FromResult(!LabRecord.HasProcesses()));
            File.Delete(LabPaths.NetworkBuilt);
            NetworkNamespace.Delete("straum-n1").ShouldBeTrue();

            (await BuildAsync()).ShouldBeTrue();
            LabCluster.Running().CreatedAt.ShouldBeGreaterThan(first);
            LabStatus.Read().IsGood.ShouldBeTrue();
        }
        finally
        {
            await lab.Cluster.DownAsync(force: false, null, Stop);
        }
    }

    [Fact]
    public async Task Up_AfterOneThatEndedBeforeTheSample_AppliesIt()
    {
        await BuildAsync();
        try
        {
            (await lab.Cluster.UpAsync(lab.Spec, withSample: true, new Progress<LabStep>(), Stop)).ShouldBeTrue();
            (await LabFixture.KubectlAsync("get deployments -o name")).ShouldBe("deployment.apps/client\ndeployment.apps/echo\n");
            await LabFixture.KubectlAsync("delete deployment client");
            (await lab.Cluster.UpAsync(lab.Spec, withSample: true, new Progress<LabStep>(), Stop)).ShouldBeFalse();
            (await LabFixture.KubectlAsync("get deployments -o name")).ShouldBe("deployment.apps/echo\n");
        }
        finally
        {
            await lab.Cluster.DownAsync(force: false, null, Stop);
        }
    }

    private Task<bool> BuildAsync() => lab.Cluster.UpAsync(lab.Spec, withSample: false, new Progress<LabStep>(), Stop);
}
