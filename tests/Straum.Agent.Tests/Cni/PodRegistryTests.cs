using System.Net;
using Straum.Control.Addressing;
using Straum.Control.Problems;
using Straum.Kubernetes.Objects;
using Straum.Linux;

namespace Straum.Agent.Cni;

public sealed class PodRegistryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("straum-t-").FullName;
    private readonly ManualClock _clock = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Record_WithEveryFieldSet_ComesBackEqual()
    {
        var written = new PodRecord
        {
            Owner = new AddressOwner("c1", "eth0"),
            State = PodState.Attached,
            Network = "straum",
            NetworkNamespace = "/run/netns/a \"b\"\n",
            NetworkNamespaceInode = ulong.MaxValue,
            Identity = new PodIdentity("shop", "web", "uid"),
            Addresses = [IPAddress.Parse("10.244.1.2"), IPAddress.Parse("fd44::2")],
            HostInterface = "straumabc",
            HostInterfaceIndex = int.MaxValue,
            HostMac = PodLink.HostMac,
            PodMac = MacAddress.Parse("02:00:00:00:00:01"),
            Mtu = 1450,
            RuntimeConfig = """{"portMappings":[{"hostPort":1}]}""",
            Since = _clock.GetUtcNow(),
        };
        var state = new PodJournalState();

        PodJournalCodec.TryApply(PodJournalCodec.Pod(written), state).ShouldBeTrue();

        state.Pods[written.Owner].ShouldBe(written);
        // A field that is added to the record and not to the codec is found here.
        foreach (var property in typeof(PodRecord).GetProperties().Where(p => p.CanWrite))
        {
            var value = property.GetValue(written);
            value.ShouldNotBe(property.PropertyType.IsValueType ? Activator.CreateInstance(property.PropertyType) : null, property.Name);
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"later":{"x":1}}""")]
    [InlineData("""{"boot":"b","later":1}""")]
    public void Line_OfANewerAgent_IsSkipped(string line) => PodJournalCodec.TryApply(line, new PodJournalState()).ShouldBeTrue();

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"pod\":{}}")]
    [InlineData("{\"pod\":7}")]
    [InlineData("{\"freed\":{\"containerId\":\"c\",\"ifName\":\"e\",\"addresses\":[\"x\"],\"until\":\"2026-01-01T00:00:00Z\"}}")]
    [InlineData("{\"freed\":{\"containerId\":\"c\",\"ifName\":\"e\",\"addresses\":[],\"until\":\"later\"}}")]
    public void Line_ThatCannotBeUnderstood_IsCountedNotFatal(string line)
    {
        using (var log = AppendLog.Open(Path.Combine(_directory, "pods.journal"), out _, out _))
        {
            log.Append(line.Length == 0 ? " " : line);
        }

        using var registry = Open();

        registry.DamagedLines.ShouldBe(1);
    }

    [Fact]
    public async Task Pods_AcrossRestarts_AreRemembered()
    {
        PodRecord pod;
        using (var registry = Open())
        {
            pod = await ReserveAsync(registry, "c1");
            await ReserveAsync(registry, "c2");
            pod = registry.SetAttached(pod with { HostInterfaceIndex = 7 });
            registry.Release(new AddressOwner("c2", "eth0"));
        }
        for (var restart = 0; restart < 3; restart++)
        {
            using var registry = Open();
            registry.RebootedSince.ShouldBeFalse();
            registry.Pods.ShouldBe([pod]);
            registry.Pools[0].ShouldBe(new AddressPoolState(IPNetwork.Parse("10.244.1.0/29"), 5, 1, 1));
        }
    }

    [Fact]
    public async Task Journal_UnderChurn_IsCompacted()
    {
        using (var registry = Open(quarantine: TimeSpan.Zero))
        {
            for (var i = 0; i < 3_000; i++)
            {
                var pod = await ReserveAsync(registry, $"c{i}");
                registry.Release(pod.Owner);
            }
            await ReserveAsync(registry, "last");
        }

        new FileInfo(Path.Combine(_directory, "pods.journal")).Length.ShouldBeLessThan(2_000_000);
        using var reopened = Open();
        reopened.Pods.ShouldHaveSingleItem().Owner.ContainerId.ShouldBe("last");
    }

    [Fact]
    public async Task Boot_Changed_IsNoticedOnce()
    {
        using (var registry = Open())
        {
            await ReserveAsync(registry, "c1");
        }
        using (var registry = Open(bootId: "boot-2"))
        {
            registry.RebootedSince.ShouldBeTrue();
        }
        using (var registry = Open(bootId: "boot-2"))
        {
            registry.RebootedSince.ShouldBeFalse();
        }
    }

    [Fact]
    public void Ipv6_WhereTheKernelHasNone_IsLeftAside()
    {
        using var registry = Open();

        registry.SetPodCidrs([IPNetwork.Parse("10.244.1.0/24"), IPNetwork.Parse("fd44::/64")], hasIpv6: false);

        registry.Pools.ShouldHaveSingleItem().Prefix.ShouldBe(IPNetwork.Parse("10.244.1.0/24"));
    }

    private PodRegistry Open(string bootId = "boot-1", TimeSpan? quarantine = null)
    {
        var registry = PodRegistry.Open(
            _directory,
            new PodRegistryOptions
            {
                Node = new ObjectName("Node", new NamespacedName("", "n1")),
                BootId = bootId,
                Quarantine = quarantine ?? AddressLedger.DefaultQuarantine,
            },
            _clock);
        registry.SetPodCidrs([IPNetwork.Parse("10.244.1.0/29")], hasIpv6: true);
        return registry;
    }

    private async Task<PodRecord> ReserveAsync(PodRegistry registry, string container)
    {
        var owner = new AddressOwner(container, "eth0");
        registry.TryReserve(
            owner,
            addresses => new PodRecord
            {
                Owner = owner,
                State = PodState.Attaching,
                Network = "straum",
                NetworkNamespace = "/run/netns/x",
                Addresses = addresses,
                HostInterface = PodLink.HostNameOf(owner),
                HostMac = PodLink.HostMac,
                PodMac = PodLink.PodMacOf(owner),
                Mtu = 1500,
                Since = _clock.GetUtcNow(),
            },
            out var pod, out var durable, out var problem).ShouldBeTrue(problem?.ToString());
        await durable;
        return pod!;
    }
}
