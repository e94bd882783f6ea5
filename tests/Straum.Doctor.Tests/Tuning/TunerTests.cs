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
        Step("net.core.somaxconn").ShouldSatisfyAllConditions(
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
        Step("net.ipv4.tcp_fin_timeout").Why.ShouldContain("42 is no default");
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

    [Theory]
    [InlineData("net.ipv4.tcp_fin_timeout = 30\n")]
    [InlineData("net.ipv4.tcp_fin_timeout = 30")]
    [InlineData("")]
    public void Revert_FilesOfTheAdministratorsUnderOwnNames_AreAsBefore(string text)
    {
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        _host.Write("etc/sysctl.d/60-straum-tune.conf", text);
        _host.Write("etc/modules-load.d/straum-tune.conf", "tcp_bbr\n");
        File.SetUnixFileMode(_host.Paths.OwnFile, Mode);
        var owner = new FileOwner(1234, 5678);
        owner.Give(_host.Paths.OwnFile);
        var before = _host.Picture();

        _host.Tuner.Notes().Count(static n => n.Contains("administrator's")).ShouldBe(2);
        _host.Tuner.Apply(TuningProfile.Safe);
        _host.Tuner.Apply(TuningProfile.Full);

        _host.Tuner.Notes().Count(static n => n.Contains("administrator's")).ShouldBe(2);
        _host.Get("net.ipv4.tcp_fin_timeout").ShouldBe(text.Length == 0 ? "15" : "60", "a file names it");
        File.ReadAllText(_host.Paths.OwnFile).ShouldStartWith(text);
        File.ReadAllText(_host.Paths.OwnFile).ShouldContain("\n-net.core.somaxconn = 32768\n");
        File.ReadAllLines(_host.Paths.ModulesFile).ShouldBe(["tcp_bbr", "# Written by `straum tune apply`, removed by `straum tune revert`.", "nf_conntrack"]);
        File.GetUnixFileMode(_host.Paths.Journal).HasFlag(UnixFileMode.OtherRead).ShouldBeFalse("it has what not everybody may read");
        _host.Tuner.Revert();

        _host.Picture().ShouldBe(before);
        File.GetUnixFileMode(_host.Paths.OwnFile).ShouldBe(Mode);
        FileOwner.Of(_host.Paths.OwnFile).ShouldBe(owner);
    }

    [Fact]
    public void Revert_LinkUnderAnOwnName_IsALinkAgain()
    {
        File.CreateSymbolicLink(_host.Paths.OwnFile, "/dev/null");
        _host.Tuner.Apply(TuningProfile.Safe);
        new FileInfo(_host.Paths.OwnFile).LinkTarget.ShouldBeNull();
        _host.Tuner.Revert();
        new FileInfo(_host.Paths.OwnFile).LinkTarget.ShouldBe("/dev/null");
    }

    [Fact]
    public void Revert_AgainAfterARefusal_LeavesFilesThatSomebodyMadeMeanwhile()
    {
        _host.Tuner.Apply(TuningProfile.Full);
        _host.Refusing("net.ipv4.tcp_fin_timeout").Revert();
        _host.Write("etc/sysctl.d/60-straum-tune.conf", "# mine\n");

        _host.Tuner.Revert().ShouldHaveSingleItem().What.ShouldBe("put back");

        File.ReadAllText(_host.Paths.OwnFile).ShouldBe("# mine\n");
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
    public void Status_OwnFilesGone_AreNamedForTheNextStartAndApplyWritesThemAgain()
    {
        _host.Tuner.Apply(TuningProfile.Full);
        var applied = _host.Picture();
        File.Delete(_host.Paths.OwnFile);
        File.Delete(_host.Paths.ModulesFile);

        var status = _host.Tuner.Status();
        status.ShouldAllBe(static r => !r.IsRight);
        status[0].What.ShouldBe($"in force; at the next start nothing sets it: {_host.Paths.OwnFile} is gone; apply again");
        status[^1].ShouldSatisfyAllConditions(r => r.Key.ShouldBe(_host.Paths.ModulesFile), r => r.What.ShouldContain("does not name nf_conntrack"));
        _host.Tuner.Notes().Count(static n => n.Contains("is gone")).ShouldBe(2);

        _host.Tuner.Apply(TuningProfile.Safe).Select(static r => (r.Key, r.What)).ShouldBe([(_host.Paths.OwnFile, "written again"), (_host.Paths.ModulesFile, "written again")]);
        _host.Picture().ShouldBe(applied);
        _host.Tuner.Status().ShouldAllBe(static r => r.IsRight);
        _host.Tuner.FilesToWriteAgain().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("etc/sysctl.d/99-me.conf")]
    [InlineData("etc/sysctl.conf")]
    [InlineData("usr/lib/sysctl.d/99-distribution.conf")]
    public void Status_LaterFileWithAnotherValue_IsNamedForTheNextStart(string file)
    {
        _host.Tuner.Apply(TuningProfile.Full);
        _host.Write(file, "\nnet.ipv4.tcp_fin_timeout = 30\nnet.core.somaxconn = 65536\nnet.core.* = 1\n");

        _host.Tuner.Status().Where(static r => !r.IsRight).Select(static r => r.What).ShouldBe(
            [$"in force; at the next start {_host.Root}/{file}:3 sets it to 65536", $"in force; at the next start {_host.Root}/{file}:2 sets it to 30"]);
        Step("net.ipv4.tcp_fin_timeout").ShouldSatisfyAllConditions(
            s => s.Action.ShouldBe(TuningAction.Keep), s => s.Why.ShouldBe($"{_host.Root}/{file}:2 sets it to 30 at the next start"));
        Step("net.core.somaxconn").Action.ShouldBe(TuningAction.AsWanted, "larger is enough");
    }

    [Theory]
    [InlineData("etc/sysctl.d/50-me.conf", "net.ipv4.tcp_fin_timeout = 30\n")]
    [InlineData("etc/sysctl.d/99-me.conf", "net.ipv4.tcp_fin_timeout=15\nnet.ipv4.ip_local_port_range = 10240\t65535\n")]
    [InlineData("etc/sysctl.d/99-me.conf", "net.ipv4.tcp_* = 30\n")]
    public void Status_LineThatDoesNotDecideOrSaysTheSame_IsInForce(string file, string text)
    {
        _host.Tuner.Apply(TuningProfile.Full);
        _host.Write(file, text);

        _host.Tuner.Status().ShouldAllBe(static r => r.IsRight);
        Step("net.ipv4.tcp_fin_timeout").ShouldSatisfyAllConditions(s => s.Action.ShouldBe(TuningAction.AsWanted), s => s.Why.ShouldBe("by straum tune"));
    }

    [Theory]
    [InlineData("net.ipv4.tcp_fin_timeou[s-u] = 30\n", true)]
    [InlineData("-net/ipv4/tcp_fin_timeout = 30\n", true)]
    [InlineData("net.ipv4.tcp_fin_??????? = 30\n-net.ipv4.tcp_fin_timeout\n", false)]
    [InlineData("net.* = 30\n", false)]
    public void Plan_LineOfSysctlD_NamesWhatItDoesForTheKernel(string text, bool isNamed)
    {
        _host.Write("etc/sysctl.d/99-me.conf", text);

        Step("net.ipv4.tcp_fin_timeout").Why.Contains("99-me.conf", StringComparison.Ordinal).ShouldBe(isNamed);
    }

    [Fact]
    public void Plan_WantedValueThatAFileSetsOtherwise_SaysSo()
    {
        _host.Set("net.ipv4.tcp_fin_timeout", "15");
        _host.Write("etc/sysctl.d/99-me.conf", "net.ipv4.tcp_fin_timeout = 30\nnet.core.somaxconn = many\n");
        _host.Set("net.core.somaxconn", "32768");
        Step("net.ipv4.tcp_fin_timeout").Why.ShouldEndWith("99-me.conf:1 sets it to 30 at the next start");
        Step("net.core.somaxconn").Why.ShouldEndWith("99-me.conf:2 sets it to many at the next start");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OwnFile_ChangedByHand_IsNeverLost(bool isReverted)
    {
        _host.Tuner.Apply(TuningProfile.Full);
        var changed = File.ReadAllText(_host.Paths.OwnFile).Replace("tcp_fin_timeout = 15", "tcp_fin_timeout = 30", StringComparison.Ordinal);
        _host.Write("etc/sysctl.d/60-straum-tune.conf", changed);
        _host.Tuner.Status().Single(static r => !r.IsRight).What.ShouldMatch("in force; at the next start .*60-straum-tune.conf:10 sets it to 30; apply again");
        _host.Tuner.Notes().ShouldHaveSingleItem().ShouldContain("was changed since");

        var results = isReverted ? _host.Tuner.Revert() : _host.Tuner.Apply(TuningProfile.Full);

        results.Single(r => r.Key == _host.Paths.OwnFile).What.ShouldBe($"somebody changed it: what was there is in {_host.Paths.OwnFile}.changed");
        File.ReadAllText(_host.Paths.OwnFile + ".changed").ShouldBe(changed);
        File.Exists(_host.Paths.OwnFile).ShouldBe(!isReverted);
        _host.Tuner.Status().ShouldAllBe(static r => r.IsRight);
    }

    [Fact]
    public void OwnFile_ChangedByHandAgain_HasACopyOfEach()
    {
        foreach (var line in (string[])["# one\n", "# two\n", "# one\n"])
        {
            _host.Tuner.Apply(TuningProfile.Safe);
            File.AppendAllText(_host.Paths.OwnFile, line);
            File.SetUnixFileMode(_host.Paths.OwnFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            _host.Tuner.Status().ShouldAllBe(static r => r.IsRight, "the next start is the same");
            _host.Tuner.Revert();
        }
        File.ReadAllText(_host.Paths.OwnFile + ".changed").ShouldEndWith("# one\n");
        File.ReadAllText(_host.Paths.OwnFile + ".changed.2").ShouldEndWith("# two\n");
        File.GetUnixFileMode(_host.Paths.OwnFile + ".changed").HasFlag(UnixFileMode.OtherRead).ShouldBeFalse();
        Directory.GetFiles(Path.GetDirectoryName(_host.Paths.OwnFile)!).Length.ShouldBe(2);
    }

    [Fact]
    public void Leftovers_JournalLost_AreTheOwnFiles()
    {
        _host.Tuner.Leftovers().ShouldBeEmpty();
        _host.Tuner.Apply(TuningProfile.Safe);
        _host.Tuner.Leftovers().ShouldBeEmpty();

        File.Delete(_host.Paths.Journal);

        _host.Tuner.Leftovers().ShouldBe([_host.Paths.OwnFile, _host.Paths.ModulesFile]);
        _host.Tuner.Notes().Count(static n => n.Contains("journal is gone")).ShouldBe(2);
    }

    [Fact]
    public void Plan_LinksOfTheAdministrators_AreFollowedBelowTheRoot()
    {
        // As Debian has it, without the file; one that leads in a circle; and one that is right on the host only.
        File.CreateSymbolicLink(Path.Combine(_host.Root, "etc/sysctl.d/99-sysctl.conf"), "../sysctl.conf");
        File.CreateSymbolicLink(Path.Combine(_host.Root, "etc/sysctl.d/98-self.conf"), "98-self.conf");
        File.CreateSymbolicLink(Path.Combine(_host.Root, "etc/sysctl.d/97-out.conf"), "../../../../../../opt/straum-t/none.conf");
        _host.Write("opt/site/sysctl.conf", "net.core.somaxconn = 1024\n");
        File.CreateSymbolicLink(Path.Combine(_host.Root, "etc/sysctl.d/50-site.conf"), "/opt/site/sysctl.conf");
        _host.Write("opt/run/x.conf", "net.ipv4.tcp_fin_timeout = 30\n");
        Directory.CreateDirectory(Path.Combine(_host.Root, "run"));
        File.CreateSymbolicLink(Path.Combine(_host.Root, "run/sysctl.d"), "/opt/run");

        Step("net.core.somaxconn").Why.ShouldBe($"{_host.Root}/etc/sysctl.d/50-site.conf:1 sets it to 1024");
        Step("net.ipv4.tcp_fin_timeout").Why.ShouldBe($"{_host.Root}/run/sysctl.d/x.conf:1 sets it to 30");
    }

    [Fact]
    public void Plan_SettingOfAModuleThatIsNotLoaded_IsMissing()
    {
        _host.Remove("net.netfilter.nf_conntrack_max");
        _host.Set("net.ipv4.tcp_available_congestion_control", "reno cubic");

        Step("net.netfilter.nf_conntrack_max").Action.ShouldBe(TuningAction.Missing);
        Step("net.ipv4.tcp_congestion_control").ShouldSatisfyAllConditions(s => s.Action.ShouldBe(TuningAction.Missing), s => s.Why.ShouldContain("modprobe tcp_bbr"));
    }

    [Fact]
    public void Plan_KernelWithoutFq_LeavesTheDisciplineAlone()
    {
        _host.With(_host.Facts with { HasFairQueueing = false });

        Step("net.core.default_qdisc").ShouldSatisfyAllConditions(s => s.Action.ShouldBe(TuningAction.Missing), s => s.Why.ShouldStartWith("this kernel has no fq;"));
        Step("net.ipv4.tcp_congestion_control").Action.ShouldBe(TuningAction.Change);
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

    private TuningStep Step(string key) => _host.Tuner.Plan(TuningProfile.Full).Single(s => s.Setting.Key == key);
}
