using System.Net;
using Straum.Datapath.Abi;
using Straum.Datapath.Programs;
using Straum.Datapath.Tables;
using Straum.Linux;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Tests.Upgrades;

/// <summary>Builds with other layouts take over and give back, and tables grow, while packets flow: none is lost.</summary>
public sealed class UpgradeTests : IDisposable
{
    private const int Enough = 2_000;

    private readonly TrafficNode _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void BuildWithOtherLayouts_UpAndDownAgain_LosesNothing()
    {
        var before = Services();
        using var traffic = new Traffic(_node);
        for (var round = 0; round < 3; round++)
        {
            foreach (var build in new[] { BpfObjects.NextDirectory, BpfObjects.Directory })
            {
                traffic.Wait(Enough);
                _node.Install(build);
            }
        }
        traffic.Wait(Enough);
        traffic.Stop();

        traffic.Faults.ShouldBeEmpty();
        Services().ShouldBe(before);
        Generations().ShouldHaveSingleItem();
    }

    [Fact]
    public void BuildWithOtherLayouts_WhilePodsHaveNoLinksYet_LosesNothing()
    {
        Requires.Feature(Features.Tcx);
        using var traffic = new Traffic(_node);
        for (var round = 0; round < 3; round++)
        {
            traffic.Wait(Enough);
            _node.LeavePodsProvisional();
            traffic.Wait(Enough);
            _node.Install(BpfObjects.NextDirectory);
            traffic.Wait(Enough);
            _node.Install(BpfObjects.Directory);
        }
        traffic.Wait(Enough);
        traffic.Stop();

        traffic.Faults.ShouldBeEmpty();
        Generations().ShouldHaveSingleItem();
    }

    // With few ports for as many flows: whoever began one in the next table without looking into the former would take another's.
    [Fact]
    public void FlowsToOneDestination_ThatBeginWhileBuildsChange_KeepTheirPorts()
    {
        const int AtOnce = 150;
        _node.Run(BpfObjects.Directory, (datapath, _) =>
        {
            var config = datapath.Tables.Config.Value;
            (config.SnatPortMin, config.SnatPortMax) = (50_000, 52_047);
            datapath.Tables.Config.Value = config;
        });
        foreach (var addresses in TrafficAddresses.Both)
        {
            using var flows = LastingFlows.Masqueraded(_node, addresses);
            flows.Begin(AtOnce);
            foreach (var build in new[] { BpfObjects.NextDirectory, BpfObjects.Directory, BpfObjects.NextDirectory, BpfObjects.Directory })
            {
                using var installed = new ManualResetEventSlim();
                var beginning = new Thread(() =>
                {
                    for (var until = flows.Count + AtOnce; flows.Count < until && flows.Faults.IsEmpty && !installed.IsSet;)
                    {
                        flows.Begin(1);
                        flows.AskAll();
                    }
                });
                beginning.Start();
                _node.Install(build);
                installed.Set();
                beginning.Join();
                flows.AskAll();
            }
            flows.Faults.ShouldBeEmpty();
            flows.Count.ShouldBeGreaterThan(AtOnce);
        }
    }

    // Flows that begin in the moment between two copies may be lost (ADR 6); those that are there may not.
    [Fact]
    public void BuildWithAnotherKeyOfFlows_KeepsThoseThatAreThere()
    {
        var flows = TrafficAddresses.Both.SelectMany(a => new[] { LastingFlows.Masqueraded(_node, a), LastingFlows.ToService(_node, a) }).ToArray();
        try
        {
            foreach (var build in new[] { BpfObjects.KeyDirectory, BpfObjects.NextDirectory, BpfObjects.KeyDirectory, BpfObjects.Directory })
            {
                Array.ForEach(flows, f => f.Begin(50));
                _node.Install(build);
                Array.ForEach(flows, f => f.AskAll());
            }
            flows.SelectMany(f => f.Faults).ShouldBeEmpty();
            Generations().ShouldHaveSingleItem();
        }
        finally
        {
            Array.ForEach(flows, f => f.Dispose());
        }
    }

    [Fact]
    public void SameBuildAgain_LosesNothing()
    {
        using var traffic = new Traffic(_node);
        for (var round = 0; round < 6; round++)
        {
            traffic.Wait(Enough);
            _node.Install(BpfObjects.Directory);
        }
        traffic.Wait(Enough);
        traffic.Stop();

        traffic.Faults.ShouldBeEmpty();
    }

    [Fact]
    public void KilledAtAnyMoment_WhileBuildsChange_LosesNothing()
    {
        var kills = Environment.GetEnvironmentVariable("STRAUM_TEST_LONG") == "1" ? 100 : 8;
        var random = new Random(7);
        string[] builds = [BpfObjects.NextDirectory, BpfObjects.Directory];
        using var traffic = new Traffic(_node);
        for (var kill = 0; kill < kills; kill++)
        {
            using var installer = _node.StartInstaller(builds);
            installer.StandardOutput.ReadLine().ShouldNotBeNull();
            traffic.Wait(random.Next(20_000));
            installer.Kill();
            installer.WaitForExit(TimeSpan.FromSeconds(60)).ShouldBeTrue();
            // The build that was cut off comes again, or the other one does: it finishes what it did not begin.
            builds = random.Next(2) == 0 ? builds : [builds[1], builds[0]];
        }
        _node.Install(builds[0]);
        _node.Install(BpfObjects.Directory);
        traffic.Wait(Enough);
        traffic.Stop();

        traffic.Faults.ShouldBeEmpty();
        Generations().ShouldHaveSingleItem();
    }

    [Fact]
    public void CutOffWhileProgramsAreReplaced_TheNextStartGoesOnAndLosesNothing()
    {
        Requires.Feature(Features.Tcx);
        using var traffic = new Traffic(_node);
        for (var round = 0; round < 3; round++)
        {
            traffic.Wait(Enough);
            using (_node.RefuseProgramsAfterPods())
            {
                Should.Throw<LinuxException>(() => _node.Install(BpfObjects.NextDirectory)).Errno.ShouldBe(Errno.EINVAL);
            }
            Generations().Length.ShouldBe(2, "both sets are in use");
            traffic.Wait(Enough);
            _node.Install(BpfObjects.NextDirectory);
            traffic.Wait(Enough);
            _node.Install(BpfObjects.Directory);
        }
        traffic.Wait(Enough);
        traffic.Stop();

        traffic.Faults.ShouldBeEmpty();
        Generations().ShouldHaveSingleItem();
    }

    [Fact]
    public void FlowsThatAreHandedOver_AreCopiedOnce()
    {
        foreach (var build in new[] { BpfObjects.NextDirectory, BpfObjects.Directory })
        {
            var steps = new List<string>();
            _node.Install(build, before: steps.Add);
            steps.Count(step => step == "copy conntrack").ShouldBe(1);
        }
    }

    [Fact]
    public void FlowsThatFindNoRoom_AreCountedAndToldOf()
    {
        var former = new PinLayout(_node.Pins).Current()!;
        var told = new List<string>();
        using (var flows = former.TryOpen(FormerSets.Conntrack)!)
        {
            var key = new byte[flows.Info.KeySize];
            Array.Fill(key, byte.MaxValue);
            new RawMap(flows).TryUpdate(key, new byte[flows.Info.ValueSize]);
        }

        _node.Install(BpfObjects.NextDirectory, before: step =>
        {
            if (step == "copy conntrack")
            {
                Fill(new PinLayout(_node.Pins).Generations().MaxBy(g => g.Number)!);
            }
        }, warn: told.Add);

        told.ShouldHaveSingleItem().ShouldEndWith(" of the table conntrack did not fit into the one that takes its place, and are lost");

        static void Fill(Generation next)
        {
            using var flows = next.TryOpen(FormerSets.Conntrack)!;
            var map = new RawMap(flows);
            var (key, value) = (new byte[map.KeySize], new byte[map.ValueSize]);
            Should.Throw<MapFullException>(() =>
            {
                for (var i = 1; ; i++)
                {
                    BitConverter.TryWriteBytes(key, i);
                    map.TryUpdate(key, value);
                }
            });
        }
    }

    [Fact]
    public void TablesGrow_LosesNothing()
    {
        using var traffic = new Traffic(_node);
        var sizes = TrafficNode.Sizes;
        for (var round = 0; round < 3; round++)
        {
            traffic.Wait(Enough);
            sizes = sizes with { Conntrack = sizes.Conntrack + 1024, Services = sizes.Services * 2, Slots = sizes.Slots * 2, Pods = sizes.Pods * 2 };
            _node.Install(BpfObjects.Directory, sizes);
        }
        traffic.Wait(Enough);
        traffic.Stop();

        traffic.Faults.ShouldBeEmpty();
        _node.Run(BpfObjects.Directory, (datapath, _) =>
        {
            datapath.Tables.Conntrack.Capacity.ShouldBe(sizes.Conntrack);
            datapath.Tables.Services.Capacity.ShouldBe(sizes.Services);
            datapath.Tables.Services.Count().ShouldBe(TrafficNode.Frontends);
        });
    }

    [Fact]
    public void TablesNearlyFull_AreGivenTwiceTheRoomAndLoseNothing()
    {
        using var traffic = new Traffic(_node);
        traffic.Wait(Enough);
        _node.Run(BpfObjects.Directory, (datapath, attachments) =>
        {
            _node.Program(datapath, attachments, () => { }, reconciler =>
            {
                for (uint i = 0; i < datapath.Tables.Services.Capacity * TableUse.NearlyFull; i++)
                {
                    datapath.Tables.Services.TryWrite(new SvcKey { Vip = Addr.From(new IPAddress(i + 1)) }, new SvcEntry { Id = i + 10, Flags = 77 });
                }

                var growth = reconciler.FindShort();
                growth.Stuck.ShouldBeEmpty();
                growth.Growing.ShouldHaveSingleItem().Table.Name.ShouldBe("svc");
                reconciler.Grow(growth);

                datapath.Tables.Services.Capacity.ShouldBe(TrafficNode.Sizes.Services * 2);
                _node.Write(reconciler);
                datapath.Tables.Services.Count().ShouldBe(TrafficNode.Frontends);
            });
        });
        traffic.Wait(Enough);
        traffic.Stop();

        traffic.Faults.ShouldBeEmpty();
    }

    [Fact]
    public void ObjectsReplacedByAnotherBuilds_WhileTheAgentRuns_AreNotLoaded()
    {
        var folder = Directory.CreateTempSubdirectory("straum-t-").FullName;
        try
        {
            Copy(BpfObjects.Directory, folder);
            _node.Run(folder, (datapath, _) =>
            {
                Copy(BpfObjects.NextDirectory, folder);
                Should.Throw<LinuxException>(() => datapath.Grow(TrafficNode.Sizes with { Services = 4096 }, () => { })).Message.ShouldContain("another build's");
                datapath.Tables.Services.Capacity.ShouldBe(TrafficNode.Sizes.Services);
                datapath.Tables.Services.Count().ShouldBe(TrafficNode.Frontends);
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void TableThatCannotBeConverted_IsFilledFromIntentWhileTheFormerProgramsGoOn()
    {
        using var traffic = new Traffic(_node);
        traffic.Wait(Enough);
        _node.SpoilPin("svc");
        _node.Run(BpfObjects.Directory, (datapath, attachments) =>
        {
            datapath.MissingTables.ShouldBe(["svc"]);
            _node.Program(datapath, attachments, beforeNode: () => traffic.Wait(Enough));
            datapath.IsTakeOverPending.ShouldBeFalse();
        }, TrafficNode.Sizes with { Services = TrafficNode.Sizes.Services * 2 });
        traffic.Wait(Enough);
        traffic.Stop();

        traffic.Faults.ShouldBeEmpty();
        Generations().ShouldHaveSingleItem();
    }

    // Everything of a Service that a packet can meet, by the layouts of this build.
    private string[] Services()
    {
        string[] services = [];
        _node.Run(BpfObjects.Directory, (datapath, _) =>
        {
            var tables = datapath.Tables;
            services =
            [
                .. tables.Services.Read().Select(s => $"{s.Key.Vip}:{s.Key.Port}/{s.Key.Proto} {s.Value.Id} {s.Value.Flags} "
                    + $"{string.Join(' ', Enumerable.Range((int)s.Value.Base, (int)s.Value.Count).Select(i => tables.Slots[i]).Select(id => $"{id} {tables.Backends[(int)id].Address}:{tables.Backends[(int)id].Port} {tables.Backends[(int)id].Generation}"))}")
                    .Concat(tables.Pods.Read().Select(p => $"{p.Key} {p.Value.Ifindex} {p.Value.Id}"))
                    .Append($"{tables.Config.Value.Node4} {tables.Config.Value.Flags} {tables.Config.Value.SnatPortMin}").Order(StringComparer.Ordinal),
            ];
        });
        return services;
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }
    }

    private string[] Generations() => Directory.GetDirectories(_node.Pins, "maps-*");
}
