using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Snapshots;

namespace Straum.Control.Services;

public sealed class ServiceCompilerPropertyTests
{
    private static readonly IPAddress[] Addresses =
        [.. new[] { "10.96.0.1", "10.96.0.2", "fd96::1", "192.0.2.1", "172.30.0.11" }.Select(IPAddress.Parse)];

    private static readonly NodeFacts Here =
        new() { NodeName = "n1", Zone = "a", NodeAddresses = [IPAddress.Parse("172.30.0.11"), IPAddress.Parse("fd30::11")] };

    /// <summary>Whatever came before, the plan is that of the objects as they are: history leaves no trace.</summary>
    [Fact]
    public void Plan_AfterAnyHistory_IsThatOfTheLastState() => Check.One(
        Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(300),
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var builder = new SnapshotBuilder();
            var compiler = new ServiceCompiler();
            for (var step = 0; step < 40; step++)
            {
                Change(builder, random);
                var facts = random.Next(8) == 0 ? Here with { NodeName = "n2" } : Here;
                var plan = compiler.Compile(builder.Build(), facts);
                var fresh = new ServiceCompiler().Compile(Shuffled(builder, random), facts);
                plan.Frontends.SequenceEqual(fresh.Frontends).ShouldBeTrue();
                plan.Problems.SequenceEqual(fresh.Problems).ShouldBeTrue();
                AssertSound(plan, builder);
            }
        }));

    /// <summary>What holds for every plan, whatever the objects are.</summary>
    private static void AssertSound(ServicePlan plan, SnapshotBuilder builder)
    {
        plan.Frontends.DistinctBy(f => (f.Address, f.Port, f.Protocol, f.Scope)).Count().ShouldBe(plan.Frontends.Length);
        foreach (var claim in plan.Frontends.GroupBy(f => (f.Address, f.Port, f.Protocol)))
        {
            claim.Select(f => f.ServiceName).Distinct().Count().ShouldBe(1);
        }
        foreach (var frontend in plan.Frontends)
        {
            var anyReady = frontend.Backends.Any(b => b.Ready);
            var sound = builder.Services.Find(frontend.ServiceName) is not null && frontend.Backends.All(b =>
                b.Address.AddressFamily == frontend.Address.AddressFamily
                && (b.Ready || (!anyReady && b.Serving && b.Terminating))
                && (b.Local || !frontend.Flags.HasFlag(FrontendFlags.LocalOnly)));
            sound.ShouldBeTrue();
        }
    }

    private static void Change(SnapshotBuilder builder, Random random)
    {
        var name = $"s{random.Next(5)}";
        switch (random.Next(10))
        {
            case 0:
                builder.Services = builder.Services.Remove(new("d", name));
                break;
            case 1:
                builder.EndpointSlices = builder.EndpointSlices.Remove(new("d", $"{name}-{random.Next(2)}"));
                break;
            case < 6:
                builder.Set(RandomService(name, random));
                break;
            default:
                builder.Set(RandomSlice(name, random));
                break;
        }
    }

    private static Service RandomService(string name, Random random) => new()
    {
        Meta = new() { Namespace = "d", Name = name, CreatedAt = DateTimeOffset.UnixEpoch.AddSeconds(random.Next(2)) },
        Type = (ServiceType)random.Next(4),
        Headless = random.Next(10) == 0,
        ClusterIPs = Some(Addresses.AsSpan(0, 3), random),
        ExternalIPs = Some(Addresses, random),
        LoadBalancerIngress = Some(Addresses, random).Select(a => new LoadBalancerIngress { Address = a, IsVip = random.Next(4) > 0 }).ToValueArray(),
        InternalTrafficPolicy = (TrafficPolicy)random.Next(2),
        ExternalTrafficPolicy = (TrafficPolicy)random.Next(2),
        SessionAffinity = (SessionAffinity)random.Next(2),
        Ports = random.Next(3) switch
        {
            0 => [],
            1 => [new() { Port = 80, NodePort = (ushort)(random.Next(2) * 30080) }],
            _ => [new() { Name = "a", Port = 80 }, new() { Name = "b", Port = 80, Protocol = Protocol.Udp, NodePort = 30080 }],
        },
    };

    private static EndpointSlice RandomSlice(string service, Random random) => new()
    {
        Meta = new()
        {
            Namespace = "d",
            Name = $"{service}-{random.Next(2)}",
            Labels = new([new(WellKnown.ServiceName, random.Next(6) == 0 ? "s0" : service)]),
        },
        AddressType = random.Next(3) == 0 ? AddressType.IPv6 : AddressType.IPv4,
        Ports = [new() { Port = 8080 }, new() { Name = "a", Port = (ushort)(8080 + random.Next(2)) }, new() { Name = "b", Port = 53, Protocol = Protocol.Udp }],
        Endpoints = Enumerable.Range(0, random.Next(5)).Select(_ => new SliceEndpoint
        {
            Addresses = [IPAddress.Parse(random.Next(4) == 0 ? $"fd44::{1 + random.Next(4)}" : $"10.244.0.{1 + random.Next(4)}")],
            Ready = random.Next(2) == 0,
            Serving = random.Next(2) == 0,
            Terminating = random.Next(2) == 0,
            NodeName = $"n{random.Next(3)}",
            ZoneHints = random.Next(2) == 0 ? [] : ["a"],
            NodeHints = random.Next(2) == 0 ? [] : ["n1", "n2"],
        }).ToValueArray(),
    };

    private static ValueArray<IPAddress> Some(ReadOnlySpan<IPAddress> all, Random random)
    {
        var some = new List<IPAddress>();
        foreach (var address in all)
        {
            if (random.Next(2) == 0)
            {
                some.Add(address);
            }
        }
        return some.ToValueArray();
    }

    private static Snapshot Shuffled(SnapshotBuilder builder, Random random)
    {
        var other = new SnapshotBuilder();
        foreach (var item in builder.Services.Cast<KubernetesObject>().Concat(builder.EndpointSlices).OrderBy(_ => random.Next()))
        {
            other.Set(item);
        }
        return other.Build();
    }
}
