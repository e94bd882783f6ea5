using System.Net;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Snapshots;

namespace Straum.Control.Services;

public sealed class ServiceCompilerTests
{
    private static readonly NodeFacts Here = new() { NodeName = "n1", NodeAddresses = [IPAddress.Parse("172.30.0.11")] };

    [Fact]
    public void AnUntouchedService_KeepsItsFrontends()
    {
        var cluster = Cluster(100);
        var compiler = new ServiceCompiler();
        var before = compiler.Compile(cluster.Build(), Here);
        cluster.Set(Slice(7, "10.244.9.9"));
        var after = compiler.Compile(cluster.Build(), Here);
        after.Frontends.Length.ShouldBe(before.Frontends.Length);
        var changed = Enumerable.Range(0, before.Frontends.Length).Where(i => !ReferenceEquals(before.Frontends[i], after.Frontends[i])).ToArray();
        changed.Length.ShouldBe(1);
        after.Frontends[changed[0]].ServiceName.Name.ShouldBe("s00007");
    }

    [Fact]
    public void AnUpdate_ThatChangesNoFrontend_ReturnsTheSamePlan()
    {
        var cluster = Cluster(10);
        var compiler = new ServiceCompiler();
        var plan = compiler.Compile(cluster.Build(), Here);
        var service = cluster.Services.Find("d", "s00003")!;
        cluster.Set(service with { Meta = service.Meta with { Labels = new([new("touched", "yes")]) }, HealthCheckNodePort = 31000 });
        compiler.Compile(cluster.Build(), Here).ShouldBeSameAs(plan);
    }

    [Fact]
    public void OtherFacts_AreCompiledAnewWhereTheyMatter()
    {
        var cluster = Cluster(3);
        var compiler = new ServiceCompiler();
        var plan = compiler.Compile(cluster.Build(), Here);
        compiler.Compile(cluster.Build(), Here with { }).ShouldBeSameAs(plan);
        var elsewhere = compiler.Compile(cluster.Build(), Here with { NodeName = "n2" });
        elsewhere.Frontends[0].Backends[0].Local.ShouldNotBe(plan.Frontends[0].Backends[0].Local);
    }

    /// <summary>
    /// Bytes allocated stand for work, because they do not depend on what else the machine does. They are mostly
    /// three lists of ten thousand references; the work behind them is about a millisecond.
    /// </summary>
    [Fact]
    public void OneEndpoint_OfTenThousandServices_CostsAFewListsOfReferences()
    {
        var cluster = Cluster(10_000);
        var compiler = new ServiceCompiler();
        compiler.Compile(cluster.Build(), Here).Frontends.Length.ShouldBe(10_000);
        cluster.Set(Slice(4711, "10.250.0.1"));
        var snapshot = cluster.Build();

        var before = GC.GetAllocatedBytesForCurrentThread();
        compiler.Compile(snapshot, Here);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Current.SendDiagnosticMessage($"{allocated} bytes");
        allocated.ShouldBeLessThan(3 * 10_000 * 8 + 20_000);
    }

    private static SnapshotBuilder Cluster(int services)
    {
        var builder = new SnapshotBuilder();
        for (var i = 0; i < services; i++)
        {
            builder.Set(new Service
            {
                Meta = new() { Namespace = "d", Name = $"s{i:00000}" },
                ClusterIPs = [new IPAddress(new byte[] { 10, 96, (byte)(i / 250), (byte)(i % 250) })],
                Ports = [new() { Port = 80 }],
            });
            builder.Set(Slice(i, $"10.244.{i % 200}.1"));
        }
        return builder;
    }

    private static EndpointSlice Slice(int service, string first) => new()
    {
        Meta = new() { Namespace = "d", Name = $"s{service:00000}-1", Labels = new([new(WellKnown.ServiceName, $"s{service:00000}")]) },
        Ports = [new() { Port = 8080 }],
        Endpoints = [
            new() { Addresses = [IPAddress.Parse(first)], NodeName = "n1" },
            new() { Addresses = [IPAddress.Parse("10.244.201.1")], NodeName = "n2" }],
    };
}
