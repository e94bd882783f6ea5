using System.Collections.Immutable;
using System.Net;
using Straum.Control.Services;
using Straum.Datapath.Abi;
using Straum.Datapath.Audit;
using Straum.Datapath.Services;
using Straum.Kubernetes.Objects;

namespace Straum.Datapath.Tests.Services;

public sealed class ServiceReconcilerTests
{
    private readonly ManualClock _clock = new();
    private readonly FakeServiceTables _tables = new();

    [Fact]
    public void Reconcile_NewFrontend_LeadsToItsBackends()
    {
        var pass = NewReconciler().Reconcile([Frontend("10.96.0.10:80", "10.244.1.2:8080", "10.244.2.3:8080")]);

        pass.Published.ShouldBe(1);
        Backends("10.96.0.10:80").ShouldBe(["10.244.1.2:8080", "10.244.2.3:8080"]);
    }

    [Fact]
    public void Reconcile_SameFrontends_WritesNothing()
    {
        var reconciler = NewReconciler();
        reconciler.Reconcile([Frontend("10.96.0.10:80", "10.244.1.2:8080")]);
        var writes = _tables.Writes;

        reconciler.Reconcile([Frontend("10.96.0.10:80", "10.244.1.2:8080")]).Published.ShouldBe(0);
        _tables.Writes.ShouldBe(writes);
    }

    [Fact]
    public void Reconcile_ChangedBackends_GetAFreshRange()
    {
        var reconciler = NewReconciler();
        reconciler.Reconcile([Frontend("10.96.0.10:80", "10.244.1.2:8080", "10.244.1.3:8080")]);
        var before = _tables.Services.Values.Single();

        reconciler.Reconcile([Frontend("10.96.0.10:80", "10.244.1.3:8080", "10.244.1.4:8080")]);

        var after = _tables.Services.Values.Single();
        after.Base.ShouldNotBe(before.Base);
        after.Id.ShouldBe(before.Id);
        Backends("10.96.0.10:80").ShouldBe(["10.244.1.3:8080", "10.244.1.4:8080"]);
    }

    [Fact]
    public void Reconcile_ScaledToZero_StaysPublishedWithoutBackends()
    {
        var reconciler = NewReconciler();
        reconciler.Reconcile([Frontend("10.96.0.10:80", "10.244.1.2:8080")]);
        reconciler.Reconcile([Frontend("10.96.0.10:80")]);
        Backends("10.96.0.10:80").ShouldBe([]);
    }

    [Fact]
    public void Reconcile_FrontendGone_IsWithdrawn()
    {
        var reconciler = NewReconciler();
        reconciler.Reconcile([Frontend("10.96.0.10:80", "10.244.1.2:8080"), Frontend("10.96.0.11:80", "10.244.1.2:8080")]);

        reconciler.Reconcile([Frontend("10.96.0.11:80", "10.244.1.2:8080")]).Withdrawn.ShouldBe(1);

        Backends("10.96.0.10:80").ShouldBeNull();
        Backends("10.96.0.11:80").ShouldBe(["10.244.1.2:8080"]);
        reconciler.Backends.ShouldBe(1);
    }

    [Fact]
    public void Reconcile_BackendGone_IsUnusableOnlyAfterTheGrace()
    {
        var reconciler = NewReconciler();
        reconciler.Reconcile([Frontend("10.96.0.10:80", "10.244.1.2:8080")]);
        var id = _tables.ReadSlot(_tables.Services.Values.Single().Base);

        reconciler.Reconcile([]);
        _tables.ReadBackend(id).Flags.ShouldBe((byte)BackendFlags.Usable);

        _clock.Advance(ServiceReconciler.Grace);
        reconciler.RetireRested();
        _tables.ReadBackend(id).Flags.ShouldBe((byte)BackendFlags.Free);
    }

    [Fact]
    public void Reconcile_ReusedIndex_HasAnotherGeneration()
    {
        var reconciler = NewReconciler();
        reconciler.Reconcile([Frontend("10.96.0.10:80", "10.244.1.2:8080")]);
        var first = _tables.ReadBackend(1);
        reconciler.Reconcile([]);
        _clock.Advance(ServiceReconciler.Grace);

        reconciler.Reconcile([Frontend("10.96.0.10:80", "10.244.9.9:8080")]);

        _tables.ReadBackend(1).Address.ToString().ShouldBe("10.244.9.9");
        _tables.ReadBackend(1).Generation.ShouldBe(first.Generation + 1);
    }

    [Fact]
    public void Restart_SameFrontends_ChangesNoIndexAndWritesNothing()
    {
        FrontendSpec[] frontends = [Frontend("10.96.0.10:80", "10.244.1.2:8080", "10.244.1.3:8080"), Frontend("[fd96::10]:80", "[fd44::2]:8080"), Frontend("10.96.0.12:80")];
        NewReconciler().Reconcile([.. frontends]);
        var before = _tables.Services.ToArray();
        var writes = _tables.Writes;

        NewReconciler().Reconcile([.. frontends]).Published.ShouldBe(0);

        _tables.Services.ShouldBe(before, ignoreOrder: true);
        _tables.Writes.ShouldBe(writes);
    }

    [Fact]
    public void Restart_HighestBackendWasResting_IsFreeAfterTheGrace()
    {
        var reconciler = NewReconciler();
        reconciler.Reconcile([Frontend("10.96.0.10:80", "10.244.1.2:8080", "10.244.1.3:8080")]);
        reconciler.Reconcile([Frontend("10.96.0.10:80", "10.244.1.2:8080")]);
        _tables.ReadBackend(2).Flags.ShouldBe((byte)BackendFlags.Usable);

        var restarted = NewReconciler();
        _clock.Advance(ServiceReconciler.Grace);
        restarted.RetireRested();

        _tables.ReadBackend(1).Flags.ShouldBe((byte)BackendFlags.Usable);
        _tables.ReadBackend(2).Flags.ShouldBe((byte)BackendFlags.Free);
    }

    [Fact]
    public void Restart_EntryWithABackendThatIsFree_IsRewritten()
    {
        NewReconciler().Reconcile([Frontend("10.96.0.10:80", "10.244.1.2:8080"), Frontend("10.96.0.11:80", "10.244.1.3:8080")]);
        var damaged = _tables.Services.Keys.Single(k => k.Vip.ToString() == "10.96.0.10");
        var entry = _tables.Services[damaged];
        _tables.Services.Remove(damaged);
        _tables.WriteBackend(_tables.ReadSlot(entry.Base), default);
        _tables.Services[damaged] = entry with { Count = 0 };
        var restarted = NewReconciler();

        restarted.Reconcile([Frontend("10.96.0.10:80", "10.244.1.2:8080"), Frontend("10.96.0.11:80", "10.244.1.3:8080")])
            .Published.ShouldBe(1);
        Backends("10.96.0.10:80").ShouldBe(["10.244.1.2:8080"]);
        Backends("10.96.0.11:80").ShouldBe(["10.244.1.3:8080"]);
    }

    [Fact]
    public void Reconcile_BackendTableFull_NamesTheServiceAndServesTheOthers()
    {
        var tables = new FakeServiceTables(backends: 3);
        var reconciler = new ServiceReconciler(tables, _clock);

        var pass = reconciler.Reconcile([
            Frontend("10.96.0.10:80", "10.244.1.1:80", "10.244.1.2:80"),
            Frontend("10.96.0.11:80", "10.244.1.3:80"),
            Frontend("10.96.0.12:80", "10.244.1.1:80")]);

        pass.Problems.Length.ShouldBe(1);
        pass.Problems[0].Message.ShouldContain("10.96.0.11:80");
        pass.Problems[0].Fix.ShouldContain("tables.backends");
        tables.Services.Count.ShouldBe(2);
    }

    [Fact]
    public void Reconcile_ServiceTableFull_ReturnsWhatWasPrepared()
    {
        var tables = new FakeServiceTables(services: 1);
        var reconciler = new ServiceReconciler(tables, _clock);

        var pass = reconciler.Reconcile([Frontend("10.96.0.10:80", "10.244.1.1:80"), Frontend("10.96.0.11:80", "10.244.1.2:80")]);

        pass.Published.ShouldBe(1);
        pass.Problems.Single().Fix.ShouldContain("tables.services");
        reconciler.Backends.ShouldBe(1);
    }

    [Fact]
    public void Reconcile_OneServiceInTheRoomOfAnother_IsServedByTheSamePass()
    {
        var tables = new FakeServiceTables(services: 1);
        var reconciler = new ServiceReconciler(tables, _clock);
        reconciler.Reconcile([Frontend("10.96.0.10:80", "10.244.1.1:80")]);

        var pass = reconciler.Reconcile([Frontend("10.96.0.11:80", "10.244.1.2:80")]);

        (pass.Published, pass.Withdrawn, pass.Unplaced).ShouldBe((1, 1, 0));
        pass.Problems.ShouldBeEmpty();
        tables.Lookup(Key("10.96.0.11:80")).ShouldBe(["10.244.1.2:80"]);
        reconciler.Reconcile([Frontend("10.96.0.11:80", "10.244.1.2:80")]).Published.ShouldBe(0);
    }

    [Fact]
    public void Reconcile_TwoServicesInTheRoomOfOne_ServesOneAndReturnsWhatTheOtherHad()
    {
        var reconciler = new ServiceReconciler(new FakeServiceTables(services: 1), _clock);
        reconciler.Reconcile([Frontend("10.96.0.10:80", "10.244.1.1:80")]);

        var pass = reconciler.Reconcile([Frontend("10.96.0.11:80", "10.244.1.2:80"), Frontend("10.96.0.12:80", "10.244.1.3:80")]);

        (pass.Published, pass.Withdrawn, pass.Unplaced).ShouldBe((1, 1, 1));
        pass.Short.ShouldHaveSingleItem().Table.ShouldBe("svc");
        reconciler.Backends.ShouldBe(1);
    }

    /// <summary>What is in the table already needs no room: it does not wait for what does.</summary>
    [Fact]
    public void Reconcile_ServiceTableFull_ChangesOfWhatIsServedArrive()
    {
        var tables = new FakeServiceTables(services: 1);
        var reconciler = new ServiceReconciler(tables, _clock);
        reconciler.Reconcile([Frontend("10.96.0.11:80", "10.244.1.1:80")]);

        var pass = reconciler.Reconcile([Frontend("10.96.0.10:80", "10.244.1.1:80"), Frontend("10.96.0.11:80", "10.244.1.2:80")]);

        pass.Problems.ShouldHaveSingleItem().Message.ShouldContain("10.96.0.10:80");
        tables.Lookup(Key("10.96.0.11:80")).ShouldBe(["10.244.1.2:80"]);
    }

    [Fact]
    public void Reconcile_FullTableAndAFaultAtAnyCall_IsMendedByTheNextPass()
    {
        ImmutableArray<FrontendSpec> first = [Frontend("10.96.0.10:80", "10.244.1.1:80"), Frontend("10.96.0.11:80", "10.244.1.2:80")];
        ImmutableArray<FrontendSpec> second = [Frontend("10.96.0.10:80", "10.244.1.3:80"), Frontend("10.96.0.12:80", "10.244.1.4:80")];
        for (var (calls, failed) = (0, true); failed; calls++)
        {
            var tables = new FakeServiceTables(services: 2);
            var reconciler = new ServiceReconciler(tables, _clock);
            reconciler.Reconcile(first);
            tables.CallsUntilFault = calls;
            failed = false;
            try
            {
                reconciler.Reconcile(second);
            }
            catch (IOException)
            {
                failed = true;
            }
            tables.CallsUntilFault = null;

            reconciler.Reconcile(second).Problems.ShouldBeEmpty();

            tables.Lookup(Key("10.96.0.10:80")).ShouldBe(["10.244.1.3:80"]);
            tables.Lookup(Key("10.96.0.12:80")).ShouldBe(["10.244.1.4:80"]);
            tables.Services.Count.ShouldBe(2);
            _clock.Advance(ServiceReconciler.Grace);
            reconciler.RetireRested();
            (reconciler.Slots, reconciler.Backends).ShouldBe((2u, 2));
        }
    }

    [Fact]
    public void Reconcile_KindsThatAreNotServed_AreNamedAndStayOutOfTheKernel()
    {
        var clusterIp = Frontend("10.96.0.10:80", "10.244.1.1:80");

        var pass = NewReconciler().Reconcile([
            clusterIp with { Flags = FrontendFlags.Affinity },
            clusterIp with { Kind = FrontendKind.NodePort, Address = IPAddress.Parse("172.30.0.11"), Port = 30080 },
            clusterIp with { Kind = FrontendKind.NodePort, Address = IPAddress.Parse("172.30.0.12"), Port = 30080 }]);

        _tables.Services.Count.ShouldBe(1);
        pass.Problems.Select(p => p.Field).ShouldBe(["spec.ports[].nodePort", "spec.sessionAffinity"], ignoreOrder: true);
    }

    [Fact]
    public void Reconcile_FaultAtAnyCall_IsMendedByTheNextPass()
    {
        ImmutableArray<FrontendSpec> first = [Frontend("10.96.0.10:80", "10.244.1.1:80", "10.244.1.2:80"), Frontend("10.96.0.11:80", "10.244.1.2:80")];
        ImmutableArray<FrontendSpec> second = [Frontend("10.96.0.10:80", "10.244.1.2:80", "10.244.1.3:80"), Frontend("10.96.0.12:80", "10.244.1.1:80")];
        for (var calls = 0; calls < 8; calls++)
        {
            var tables = new FakeServiceTables();
            var reconciler = new ServiceReconciler(tables, _clock);
            reconciler.Reconcile(first);
            tables.CallsUntilFault = calls;
            try
            {
                reconciler.Reconcile(second);
            }
            catch (IOException)
            {
            }
            tables.CallsUntilFault = null;
            reconciler.Reconcile(second);
            tables.Services.Count.ShouldBe(2);
            tables.Lookup(Key("10.96.0.10:80")).ShouldBe(["10.244.1.2:80", "10.244.1.3:80"]);
            tables.Lookup(Key("10.96.0.12:80")).ShouldBe(["10.244.1.1:80"]);
        }
    }

    [Theory]
    [InlineData(0, null), InlineData(1, null), InlineData(2, null), InlineData(3, null), InlineData(4, null)]
    [InlineData(null, 0), InlineData(null, 1), InlineData(null, 2)]
    public void Reconcile_FaultsAgainAndAgain_LeakNothing(int? calls, int? entries)
    {
        var tables = new FakeServiceTables();
        var reconciler = new ServiceReconciler(tables, _clock);
        for (var round = 0; round < 100; round++)
        {
            ImmutableArray<FrontendSpec> desired =
            [
                Frontend("10.96.0.10:80", $"10.244.1.{1 + round % 2}:80", "10.244.2.1:80"),
                Frontend("10.96.0.11:80", $"10.244.1.{3 + round % 2}:80"),
            ];
            (tables.CallsUntilFault, tables.EntriesUntilFault) = (calls, entries);
            try
            {
                reconciler.Reconcile(desired);
            }
            catch (IOException)
            {
            }
            (tables.CallsUntilFault, tables.EntriesUntilFault) = (null, null);
            _clock.Advance(ServiceReconciler.Grace);

            reconciler.Reconcile(desired).Problems.ShouldBeEmpty();
            _clock.Advance(ServiceReconciler.Grace);
            reconciler.RetireRested();
            (reconciler.Slots, reconciler.Backends).ShouldBe((3u, 3));
        }
    }

    [Fact]
    public void Audit_NothingChanged_WritesNothing()
    {
        var reconciler = NewReconciler();
        reconciler.Reconcile([Frontend("10.96.0.10:80", "10.244.1.2:8080"), Frontend("10.96.0.11:80")]);
        var (drift, writes) = (new DriftCounters(), _tables.Writes);

        reconciler.Audit(drift);

        drift.Found.ShouldBeEmpty();
        _tables.Writes.ShouldBe(writes);
    }

    [Theory]
    [InlineData("svc", "gone"), InlineData("svc", "changed"), InlineData("svc", "foreign"), InlineData("slots", "changed"), InlineData("backends", "changed"), InlineData("backends", "freed")]
    public void Audit_SomeoneElseWrote_IsRepairedAndCounted(string table, string how)
    {
        var reconciler = NewReconciler();
        reconciler.Reconcile([Frontend("10.96.0.10:80", "10.244.1.2:8080", "10.244.1.3:8080")]);
        var key = Key("10.96.0.10:80");
        var entry = _tables.Services[key];
        switch (table, how)
        {
            case ("svc", "gone"):
                _tables.Services.Remove(key);
                break;
            case ("svc", "changed"):
                _tables.Services[key] = entry with { Count = 1 };
                break;
            case ("svc", "foreign"):
                _tables.Services[Key("10.96.0.77:80")] = entry;
                break;
            case ("slots", _):
                _tables.Meddle(entry.Base, _tables.ReadSlot(entry.Base + 1));
                break;
            default:
                _tables.Meddle(_tables.ReadSlot(entry.Base), _tables.ReadBackend(_tables.ReadSlot(entry.Base)) with
                {
                    Port = how == "changed" ? (ushort)1 : (ushort)8080,
                    Flags = (byte)(how == "changed" ? BackendFlags.Usable : BackendFlags.Free),
                });
                break;
        }
        var drift = new DriftCounters();

        reconciler.Audit(drift);

        drift.Found.ShouldBe(new Dictionary<string, long> { [table] = 1 });
        _tables.Services.ShouldHaveSingleItem().Value.ShouldBe(entry);
        Backends("10.96.0.10:80").ShouldBe(["10.244.1.2:8080", "10.244.1.3:8080"]);
    }

    [Fact]
    public void Programmed_IsSaidWithTheTimeOfTheWrite()
    {
        var reconciler = NewReconciler();
        reconciler.TryGetProgrammed(Key("10.96.0.10:80"), out _).ShouldBeFalse();
        reconciler.Reconcile([Frontend("10.96.0.10:80", "10.244.1.2:8080")]);
        reconciler.TryGetProgrammed(Key("10.96.0.10:80"), out var written).ShouldBeTrue();

        reconciler.Reconcile([Frontend("10.96.0.10:80", "10.244.1.2:8080")]);

        written.ShouldNotBeNull();
        reconciler.TryGetProgrammed(Key("10.96.0.10:80"), out var at).ShouldBeTrue();
        at.ShouldBe(written);
        NewReconciler().TryGetProgrammed(Key("10.96.0.10:80"), out _).ShouldBeFalse("nobody has said yet that it shall be there");
    }

    [Fact]
    public void Reconcile_RandomHistory_AlwaysEqualsTheDesired()
    {
        var random = new Random(7);
        var tables = new FakeServiceTables(services: 32, slots: 512, backends: 256);
        var reconciler = new ServiceReconciler(tables, _clock);
        for (var step = 0; step < 400; step++)
        {
            var desired = Enumerable.Range(0, 12).Where(_ => random.Next(3) > 0)
                .Select(i => Frontend($"10.96.0.{i}:80", [.. Enumerable.Range(0, random.Next(6)).Select(b => $"10.244.{i}.{random.Next(8)}:80").Distinct().Order()]))
                .ToImmutableArray();
            if (random.Next(10) == 0)
            {
                reconciler = new ServiceReconciler(tables, _clock);
            }
            reconciler.Reconcile(desired).Problems.ShouldBeEmpty();
            tables.Services.Count.ShouldBe(desired.Length);
            foreach (var frontend in desired)
            {
                tables.Lookup(ServiceReconciler.KeyOf(frontend)).ShouldBe(frontend.Backends.Select(b => $"{b.Address}:{b.Port}"));
            }
            if (random.Next(2) == 0)
            {
                _clock.Advance(ServiceReconciler.Grace);
            }
        }
    }

    private ServiceReconciler NewReconciler() => new(_tables, _clock);

    private string[]? Backends(string frontend) => _tables.Lookup(Key(frontend));

    /// <summary>Bytes allocated stand for work: a pass that looks at every frontend remembers every key.</summary>
    [Fact]
    public void Reconcile_AfterACompletePass_LooksAtWhatDiffers()
    {
        var reconciler = new ServiceReconciler(new FakeServiceTables(services: 1000, slots: 1000), _clock);
        FrontendSpec[] frontends = [.. Enumerable.Range(0, 500).Select(i => Frontend($"10.96.{i / 250}.{i % 250}:80", "10.244.1.1:80") with { ServiceName = new("shop", $"s{i:000}") })];
        ImmutableArray<FrontendSpec> plan = [.. frontends], again = [.. frontends], without = [.. frontends[..200], .. frontends[201..]];
        reconciler.Reconcile(plan).Published.ShouldBe(500);

        var before = GC.GetAllocatedBytesForCurrentThread();
        reconciler.Reconcile(again).Published.ShouldBe(0);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(2000);

        reconciler.Reconcile(without).Withdrawn.ShouldBe(1);
        reconciler.Reconcile(plan).Published.ShouldBe(1);
        reconciler.Services.ShouldBe(500);
    }

    private static SvcKey Key(string frontend) => ServiceReconciler.KeyOf(Frontend(frontend));

    private static FrontendSpec Frontend(string at, params string[] backends)
    {
        var end = IPEndPoint.Parse(at);
        return new FrontendSpec
        {
            Address = end.Address,
            Port = (ushort)end.Port,
            Protocol = Protocol.Tcp,
            Kind = FrontendKind.ClusterIP,
            ServiceName = new NamespacedName("shop", "web"),
            Backends = [.. backends.Select(IPEndPoint.Parse).Select(b => new BackendSpec { Address = b.Address, Port = (ushort)b.Port, Ready = true, Serving = true })],
        };
    }
}
