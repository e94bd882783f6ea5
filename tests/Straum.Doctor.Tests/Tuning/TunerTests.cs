using Straum.Control.Tuning;
using Straum.Linux;

namespace Straum.Doctor.Tuning;

public sealed class TunerTests : IDisposable
{
    /// <summary>Shown in every namespace, and anybody on the machine may change them meanwhile.</summary>
    private static readonly string[] OfTheMachine =
        ["nf_conntrack_max", "nf_conntrack_buckets", "nf_conntrack_count", "tcp_available_congestion_control", "tcp_allowed_congestion_control", "tcp_mem", "udp_mem"];

    private readonly FakeHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Plan_ChangesNothing()
    {
        var before = _host.Picture();

        _host.Tuner.Plan(TuningProfile.Full).Count(static s => s.Action == TuningAction.Change).ShouldBe(12);

        _host.Picture().ShouldBe(before);
    }

    [Theory]
    [InlineData(TuningProfile.Safe)]
    [InlineData(TuningProfile.Full)]
    public void Revert_AfterApply_LeavesAByteIdenticalHost(TuningProfile profile)
    {
        var before = _host.Picture();

        _host.Tuner.Apply(profile).ShouldAllBe(static r => r.IsRight);
        _host.Picture().ShouldNotBe(before);
        _host.Tuner.Status().ShouldAllBe(static r => r.IsRight);
        _host.Tuner.Revert().ShouldAllBe(static r => r.IsRight);

        _host.Picture().ShouldBe(before);
    }

    [Fact]
    public void Apply_Full_WritesTheValues()
    {
        _host.Tuner.Apply(TuningProfile.Full);

        _host.Get("net.core.somaxconn").ShouldBe("32768");
        _host.Get("net.ipv4.ip_local_port_range").ShouldBe("10240 65535");
        _host.Get("net.ipv4.ip_local_reserved_ports").ShouldBe("10248-10259,30000-32767");
        _host.Get("net.core.default_qdisc").ShouldBe("fq");
        _host.Get("net.ipv4.tcp_congestion_control").ShouldBe("bbr");
        File.ReadAllText(_host.Paths.OwnFile).ShouldContain("-net.core.somaxconn = 32768\n");
    }

    [Fact]
    public void Apply_Again_ChangesNothing()
    {
        _host.Tuner.Apply(TuningProfile.Full);
        var applied = _host.Picture();

        _host.Tuner.Apply(TuningProfile.Full).ShouldBeEmpty();

        _host.Picture().ShouldBe(applied);
    }

    [Fact]
    public void Apply_ByManyAtOnce_IsRevertedToTheVeryFirstValues()
    {
        var before = _host.Picture();
        var results = new System.Collections.Concurrent.ConcurrentBag<int>();
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => results.Add(_host.Tuner.Apply(TuningProfile.Full).Count));
        results.Count(static changes => changes > 0).ShouldBe(1);
        _host.Tuner.Revert();
        _host.Picture().ShouldBe(before);
    }

    [Fact]
    public void Apply_FullAfterSafe_IsRevertedToTheVeryFirstValues()
    {
        var before = _host.Picture();

        _host.Tuner.Apply(TuningProfile.Safe);
        _host.Tuner.Apply(TuningProfile.Full);
        _host.Tuner.Revert();

        _host.Picture().ShouldBe(before);
    }

    [Fact]
    public void Revert_KeyThatTheKernelRefuses_IsNamedAndTheRestGoesOn()
    {
        var before = _host.Picture();
        _host.Tuner.Apply(TuningProfile.Full);

        _host.Refusing("net.ipv4.tcp_fin_timeout").Revert().Where(static r => !r.IsRight)
            .ShouldHaveSingleItem().ShouldSatisfyAllConditions(r => r.Key.ShouldBe("net.ipv4.tcp_fin_timeout"), r => r.IsRefused.ShouldBeTrue());
        _host.Get("net.core.somaxconn").ShouldBe("4096");
        _host.Tuner.Status().ShouldHaveSingleItem().Key.ShouldBe("net.ipv4.tcp_fin_timeout");

        _host.Tuner.Revert().ShouldHaveSingleItem().What.ShouldBe("put back");
        _host.Picture().ShouldBe(before);
    }

    [Fact]
    public void Apply_SettingsOfAModule_NameItForTheNextStart()
    {
        _host.Tuner.Apply(TuningProfile.Safe);
        File.ReadAllLines(_host.Paths.ModulesFile).ShouldContain("nf_conntrack");
    }

    [Fact]
    public void Apply_NoSettingOfAModule_NamesNone()
    {
        _host.Write("etc/sysctl.d/99-mine.conf", "net.netfilter.* = 1\n");
        _host.Tuner.Apply(TuningProfile.Safe);
        File.Exists(_host.Paths.ModulesFile).ShouldBeFalse();
    }

    [Fact]
    public void Settings_BelowTheMountOfAHost_AreTheHostsInItsNetworkOnly()
    {
        using var space = new TestNamespace();
        NetworkOwner.WhyNotTheHosts(_host.Paths).ShouldBeNull("it has no processes");
        // A link as process 1 of the host has one; the kernel's own may not be looked at here.
        Directory.CreateDirectory(_host.Paths.FirstProcess + "/ns");
        var link = _host.Paths.FirstProcess + "/ns/net";
        WhyNot().ShouldNotBeNull().ShouldContain("CAP_SYS_PTRACE");
        File.CreateSymbolicLink(link, space.Namespace.Run(static () => new FileInfo("/proc/thread-self/ns/net").LinkTarget!));

        WhyNot().ShouldBeNull();
        NetworkOwner.WhyNotTheHosts(_host.Paths).ShouldNotBeNull().ShouldContain("this container's");
        NetworkOwner.WhyNotTheHosts(new TunePaths()).ShouldBeNull("without --root it is the caller's network that is meant");

        string? WhyNot() => space.Namespace.Run(() => NetworkOwner.WhyNotTheHosts(_host.Paths));
    }

    public static TheoryData<int> Writes => new(Enumerable.Range(1, 12));

    [Theory, MemberData(nameof(Writes))]
    public void Apply_ProcessEndsAtAnyWrite_CanBeReverted(int write)
    {
        var before = _host.Picture();

        Should.Throw<OperationCanceledException>(() => _host.CrashingAt(write).Apply(TuningProfile.Full));
        _host.Tuner.Status().ShouldContain(static r => r.What.Contains("interrupted"));
        _host.Tuner.Revert();

        _host.Picture().ShouldBe(before);
    }

    [Theory, MemberData(nameof(Writes))]
    public void Apply_ProcessEndsAtAnyWrite_CanBeFinished(int write)
    {
        var before = _host.Picture();

        Should.Throw<OperationCanceledException>(() => _host.CrashingAt(write).Apply(TuningProfile.Full));
        _host.Tuner.Apply(TuningProfile.Full);

        _host.Tuner.Plan(TuningProfile.Full).ShouldAllBe(static s => s.Action == TuningAction.AsWanted);
        _host.Tuner.Revert();
        _host.Picture().ShouldBe(before);
    }

    [Theory, MemberData(nameof(Writes))]
    public void Revert_ProcessEndsAtAnyWrite_CanBeRunAgain(int write)
    {
        var before = _host.Picture();
        _host.Tuner.Apply(TuningProfile.Full);

        Should.Throw<OperationCanceledException>(() => _host.CrashingAt(write).Revert());
        _host.Tuner.Revert();

        _host.Picture().ShouldBe(before);
    }

    [Fact]
    public void Apply_KeyThatAFileOfTheAdministratorsNames_IsLeftAlone()
    {
        _host.Write("etc/sysctl.d/99-mine.conf", "# mine\nnet.core.somaxconn=1024\n");
        _host.Write("etc/sysctl.conf", "net/ipv4/tcp_fin_timeout = 30\n");

        _host.Tuner.Apply(TuningProfile.Full);

        _host.Get("net.core.somaxconn").ShouldBe("4096");
        _host.Get("net.ipv4.tcp_fin_timeout").ShouldBe("60");
        _host.Step("net.core.somaxconn").ShouldSatisfyAllConditions(
            s => s.Action.ShouldBe(TuningAction.Keep), s => s.Why.ShouldBe($"{_host.Root}/etc/sysctl.d/99-mine.conf:2 sets it to 1024"));
    }

    [Fact]
    public void Reason_OfThePortRange_CountsTheReservedOnesOff()
    {
        var reserved = Ports(TuningCatalogue.All.Single(static s => s.Key == "net.ipv4.ip_local_reserved_ports").Value(_host.Facts));
        var range = TuningCatalogue.All.Single(static s => s.Key == "net.ipv4.ip_local_port_range");
        var all = Ports(range.Value(_host.Facts).Replace(' ', '-'));
        range.Reason.ShouldStartWith(string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"a client has {all - reserved:#,0} ports to one destination instead of {Ports("32768-60999"):#,0}: {all:#,0} less the {reserved:#,0} of ip_local_reserved_ports"));

        static int Ports(string list) => list.Split(',').Select(static r => r.Split('-')).Sum(static r => int.Parse(r[^1]) - int.Parse(r[0]) + 1);
    }

    [Fact]
    public void Apply_FileOfTheDistribution_IsNoAdministrators()
    {
        _host.Write("usr/lib/sysctl.d/50-default.conf", "net.core.default_qdisc = fq_codel\n");

        _host.Tuner.Apply(TuningProfile.Full);

        _host.Get("net.core.default_qdisc").ShouldBe("fq");
    }

    [Fact]
    public void Apply_ValueThatIsNoDefault_IsLeftAlone()
    {
        _host.Set("net.ipv4.tcp_fin_timeout", "42");

        _host.Tuner.Apply(TuningProfile.Full);

        _host.Get("net.ipv4.tcp_fin_timeout").ShouldBe("42");
        _host.Step("net.ipv4.tcp_fin_timeout").Why.ShouldContain("42 is no default");
    }

    [Fact]
    public void Apply_LargerValueThanWanted_IsNotLowered()
    {
        _host.Set("net.netfilter.nf_conntrack_max", "2000000");

        _host.Tuner.Apply(TuningProfile.Safe);

        _host.Get("net.netfilter.nf_conntrack_max").ShouldBe("2000000");
    }

    [Fact]
    public void Apply_ValueChangedByHandSince_IsLeftAloneByApplyAndRevert()
    {
        _host.Tuner.Apply(TuningProfile.Full);
        _host.Set("net.ipv4.tcp_fin_timeout", "60");

        _host.Tuner.Apply(TuningProfile.Full).ShouldBeEmpty();
        _host.Tuner.Status().Single(static r => !r.IsRight).Key.ShouldBe("net.ipv4.tcp_fin_timeout");
        _host.Set("net.ipv4.tcp_fin_timeout", "33");
        _host.Tuner.Revert().Single(static r => !r.IsRight).What.ShouldContain("left alone");

        _host.Get("net.ipv4.tcp_fin_timeout").ShouldBe("33");
    }

    [Fact]
    public void Apply_AfterTheMachineWasStarted_WritesAgain()
    {
        _host.Tuner.Apply(TuningProfile.Safe);
        _host.Set("net.core.somaxconn", "4096");
        _host.Set("kernel.random.boot_id", "boot-2");

        _host.Tuner.Status().Single(static r => !r.IsRight).What.ShouldContain("started since");
        _host.Tuner.Apply(TuningProfile.Safe).ShouldHaveSingleItem().Key.ShouldBe("net.core.somaxconn");
    }

    [Fact]
    public void Revert_PortsThatOthersReservedSince_Stay()
    {
        _host.Tuner.Apply(TuningProfile.Full);
        _host.Set("net.ipv4.ip_local_reserved_ports", "10248-10259,30000-32767,49152-65535");

        _host.Tuner.Revert();

        _host.Get("net.ipv4.ip_local_reserved_ports").ShouldBe("49152-65535");
    }

    [Fact]
    public void Apply_PortsThatOthersReserved_Stay()
    {
        _host.Set("net.ipv4.ip_local_reserved_ports", "49152-65535");

        _host.Tuner.Apply(TuningProfile.Full);

        _host.Get("net.ipv4.ip_local_reserved_ports").ShouldBe("10248-10259,30000-32767,49152-65535");
    }

    // A second apply, of a version or a machine that wants another value.
    [Fact]
    public void Apply_OtherValueThatTheKernelRefuses_LeavesTheFirstToRevert()
    {
        var before = _host.Picture();
        _host.Tuner.Apply(TuningProfile.Safe);

        _host.With(_host.Facts with { MemoryBytes = 128L << 30 }).Refusing("net.netfilter.nf_conntrack_max").Apply(TuningProfile.Safe).ShouldContain(static r => r.IsRefused);

        _host.Tuner.Status().Single(static r => r.Key == "net.netfilter.nf_conntrack_max").ShouldSatisfyAllConditions(
            r => r.IsRight.ShouldBeFalse(), r => r.What.ShouldStartWith("in force is what an apply before wrote, not 1000000: refused by the kernel"));
        File.ReadAllText(_host.Paths.OwnFile).ShouldContain("-net.netfilter.nf_conntrack_max = 524288\n");
        _host.Tuner.Revert().ShouldAllBe(static r => r.IsRight);
        _host.Picture().ShouldBe(before);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Apply_OtherValueAndProcessEnds_CanBeRevertedAndFinished(int write)
    {
        var before = _host.Picture();
        var (small, large) = (_host.Facts, _host.Facts with { MemoryBytes = 128L << 30 });
        foreach (var isFinished in (bool[])[false, true])
        {
            _host.With(small).Tuner.Apply(TuningProfile.Safe);
            Should.Throw<OperationCanceledException>(() => _host.With(large).CrashingAt(write).Apply(TuningProfile.Safe));
            // What an apply before wrote is not in force as it is meant to be now, but it is known.
            _host.Tuner.Status().Single(static r => r.Key == "net.netfilter.nf_conntrack_buckets").What.ShouldContain("apply again");
            if (isFinished)
            {
                _host.With(large).Tuner.Apply(TuningProfile.Safe);
                _host.Get("net.netfilter.nf_conntrack_max").ShouldBe("1000000");
                _host.Tuner.Status().ShouldAllBe(static r => r.IsRight);
            }
            _host.Tuner.Revert().ShouldAllBe(static r => r.IsRight);
            _host.Picture().ShouldBe(before);
        }
    }

    [Fact]
    public void Revert_JournalOfAnOlderVersion_PutsBack()
    {
        var before = _host.Picture();
        _host.Tuner.Apply(TuningProfile.Full);
        var journal = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(_host.Paths.Journal))!.AsObject();
        foreach (var name in (string[])["ownFile", "modulesFile", "hasFiles"])
        {
            journal.Remove(name).ShouldBeTrue();
        }
        foreach (var entry in journal["settings"]!.AsArray())
        {
            entry!.AsObject().Remove("confirmed").ShouldBeTrue();
        }
        File.WriteAllText(_host.Paths.Journal, journal.ToJsonString());

        _host.Tuner.Status().ShouldAllBe(static r => r.IsRight);
        _host.Tuner.Revert().ShouldAllBe(static r => r.IsRight);

        _host.Picture().ShouldBe(before);
    }

    [Fact]
    public void Status_SettingThatTheKernelRefused_IsNotRightUntilItIsThereOrNotWanted()
    {
        const string Key = "net.ipv4.tcp_fin_timeout";
        _host.Refusing(Key).Apply(TuningProfile.Full).Single(static r => !r.IsRight).Key.ShouldBe(Key);

        _host.Tuner.Status().Single(static r => !r.IsRight).ShouldSatisfyAllConditions(
            r => r.Key.ShouldBe(Key), r => r.Now.ShouldBe("60"), r => r.What.ShouldStartWith("not in force, 15 was wanted: refused by the kernel"));
        _host.Tuner.Apply(TuningProfile.Safe).ShouldBeEmpty();
        _host.Tuner.Status().Count(static r => !r.IsRight).ShouldBe(1, "safe does not try it");
        _host.Set(Key, "15");
        _host.Tuner.Status().ShouldAllBe(static r => r.IsRight);
        _host.Set(Key, "42");
        _host.Tuner.Apply(TuningProfile.Full).ShouldBeEmpty("somebody set it");
        _host.Tuner.Status().ShouldAllBe(static r => r.IsRight);
    }

    [Fact]
    public void Apply_SettingThatTheKernelRefusedBefore_IsTriedAgain()
    {
        const string Key = "net.ipv4.tcp_fin_timeout";
        var before = _host.Picture();
        _host.Refusing(Key).Apply(TuningProfile.Full);
        _host.Refusing(Key).Apply(TuningProfile.Full).ShouldHaveSingleItem().IsRefused.ShouldBeTrue();
        _host.Tuner.Status().Count(static r => r.Key == Key && !r.IsRight).ShouldBe(1);

        _host.Tuner.Apply(TuningProfile.Full).ShouldHaveSingleItem().IsRight.ShouldBeTrue();

        _host.Tuner.Status().ShouldAllBe(static r => r.IsRight);
        _host.Tuner.Revert();
        _host.Picture().ShouldBe(before);
    }

    [Fact]
    public void Plan_SettingOfAModuleThatIsNotLoaded_IsMissing()
    {
        _host.Remove("net.netfilter.nf_conntrack_max");
        _host.Set("net.ipv4.tcp_available_congestion_control", "reno cubic");

        _host.Step("net.netfilter.nf_conntrack_max").Action.ShouldBe(TuningAction.Missing);
        _host.Step("net.ipv4.tcp_congestion_control").ShouldSatisfyAllConditions(s => s.Action.ShouldBe(TuningAction.Missing), s => s.Why.ShouldContain("modprobe tcp_bbr"));
    }

    [Fact]
    public void Plan_KernelWithoutFq_LeavesTheDisciplineAlone()
    {
        _host.With(_host.Facts with { HasFairQueueing = false });

        _host.Step("net.core.default_qdisc").ShouldSatisfyAllConditions(s => s.Action.ShouldBe(TuningAction.Missing), s => s.Why.ShouldStartWith("this kernel has no fq;"));
        _host.Step("net.ipv4.tcp_congestion_control").Action.ShouldBe(TuningAction.Change);
    }

    [Fact]
    public void Apply_NothingThere_MakesAndRemovesItsFolders()
    {
        Directory.Delete(Path.Combine(_host.Root, "etc"), recursive: true);
        var before = _host.Picture();

        _host.Tuner.Apply(TuningProfile.Safe);
        _host.Tuner.Revert();

        _host.Picture().ShouldBe(before);
    }

    [Theory]
    [InlineData(2, 4, "131072")]
    [InlineData(8, 16, "524288")]
    [InlineData(64, 16, "2097152")]
    [InlineData(8, 128, "1000000")]
    [InlineData(1, 1, "131072")]
    public void Plan_Conntrack_IsSizedByCoresAndMemory(int cores, long memoryGiB, string expected)
    {
        using var host = new FakeHost(cores, memoryGiB);

        host.Tuner.Plan(TuningProfile.Safe)[0].Wanted.ShouldBe(expected);
    }

    [Fact]
    public void Apply_InANamespace_WritesTheKernelAndRevertPutsItBack()
    {
        using var space = new TestNamespace();
        var (before, files) = (Settings(), _host.Picture());
        // The files are the fake's; the settings are those that the kernel has for this namespace.
        var tuner = new Tuner(_host.Paths, new SysctlTree("/proc/sys"), _host.Facts);

        space.Namespace.Run(() => tuner.Apply(TuningProfile.Full).Where(static r => r.IsRight).Select(static r => r.Key).ShouldBeSubsetOf(TuningCatalogue.All.Select(static s => s.Key)));
        Sysctl.Read("net.core.somaxconn", space).ShouldBe("32768");
        Sysctl.Read("net.ipv4.ip_local_port_range", space).ShouldBe("10240\t65535");
        space.Namespace.Run(() => tuner.Revert().ShouldAllBe(static r => r.IsRight));

        Settings().ShouldBe(before);
        _host.Picture().ShouldBe(files);

        // All that the kernel shows of the namespace, not only what was written: one setting may change another.
        string Settings() => space.Namespace.Run(static () => string.Join('\n', Directory.EnumerateFiles("/proc/sys/net", "*", SearchOption.AllDirectories)
            .Where(static f => !OfTheMachine.Contains(Path.GetFileName(f))).Order(StringComparer.Ordinal).Select(static f => $"{f} {Read(f)}")));

        static string Read(string file)
        {
            try
            {
                return File.ReadAllText(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Some can only be written, or have no value yet.
                return e.GetType().Name;
            }
        }
    }
}
