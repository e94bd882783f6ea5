using Straum.Control.Tuning;
using Straum.Linux;

namespace Straum.Doctor.Tuning;

/// <summary>What tuning makes of files below /etc: its own, and those of others that say something of the same settings.</summary>
public sealed class TunedFilesTests : IDisposable
{
    private readonly FakeHost _host = new();

    public void Dispose() => _host.Dispose();

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
        _host.Step("net.ipv4.tcp_fin_timeout").ShouldSatisfyAllConditions(
            s => s.Action.ShouldBe(TuningAction.Keep), s => s.Why.ShouldBe($"{_host.Root}/{file}:2 sets it to 30 at the next start"));
        _host.Step("net.core.somaxconn").Action.ShouldBe(TuningAction.AsWanted, "larger is enough");
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
        _host.Step("net.ipv4.tcp_fin_timeout").ShouldSatisfyAllConditions(s => s.Action.ShouldBe(TuningAction.AsWanted), s => s.Why.ShouldBe("by straum tune"));
    }

    [Theory]
    [InlineData("net.ipv4.tcp_fin_timeou[s-u] = 30\n", true)]
    [InlineData("-net/ipv4/tcp_fin_timeout = 30\n", true)]
    [InlineData("net.ipv4.tcp_fin_??????? = 30\n-net.ipv4.tcp_fin_timeout\n", false)]
    [InlineData("net.* = 30\n", false)]
    public void Plan_LineOfSysctlD_NamesWhatItDoesForTheKernel(string text, bool isNamed)
    {
        _host.Write("etc/sysctl.d/99-me.conf", text);

        _host.Step("net.ipv4.tcp_fin_timeout").Why.Contains("99-me.conf", StringComparison.Ordinal).ShouldBe(isNamed);
    }

    [Fact]
    public void Plan_WantedValueThatAFileSetsOtherwise_SaysSo()
    {
        _host.Set("net.ipv4.tcp_fin_timeout", "15");
        _host.Write("etc/sysctl.d/99-me.conf", "net.ipv4.tcp_fin_timeout = 30\nnet.core.somaxconn = many\n");
        _host.Set("net.core.somaxconn", "32768");
        _host.Step("net.ipv4.tcp_fin_timeout").Why.ShouldEndWith("99-me.conf:1 sets it to 30 at the next start");
        _host.Step("net.core.somaxconn").Why.ShouldEndWith("99-me.conf:2 sets it to many at the next start");
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

        _host.Step("net.core.somaxconn").Why.ShouldBe($"{_host.Root}/etc/sysctl.d/50-site.conf:1 sets it to 1024");
        _host.Step("net.ipv4.tcp_fin_timeout").Why.ShouldBe($"{_host.Root}/run/sysctl.d/x.conf:1 sets it to 30");
    }
}
