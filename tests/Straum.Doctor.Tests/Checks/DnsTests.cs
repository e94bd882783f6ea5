using System.Net;
using Straum.Doctor.Dns;
using Straum.Doctor.Hosts;
using Straum.Linux;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Checks;

public sealed class DnsTests : CheckTest
{
    private const string PodConfig = "nameserver 10.96.0.10\nsearch default.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n";

    [Fact]
    public async Task LabNode_HasNoNameServers()
    {
        Host.Options = new DoctorOptions { LabNode = new LabNode("n1", "", "") };
        Host.Files["/etc/resolv.conf"] = ["nameserver 192.0.2.53\n"];
        await ShouldBeAsync("ST-DN-001", Verdict.Skip, "straum doctor without --node");
    }

    [Fact]
    public async Task HostLookups_Answered_Pass()
    {
        Host.Files["/etc/resolv.conf"] = ["nameserver 192.0.2.53\n"];
        Host.Own.Dns = Answer(1);
        await ShouldBeAsync("ST-DN-001", Verdict.Pass, "10 answered, p50 1.00 ms");
    }

    [Fact]
    public async Task HostLookups_Silence_Fails()
    {
        Host.Files["/etc/resolv.conf"] = ["nameserver 192.0.2.53\n"];
        await ShouldBeAsync("ST-DN-001", Verdict.Fail, "no answer within 1 s");
        (await FindAsync("ST-DN-001")).Fix.ShouldNotBeNull().ShouldStartWith("dig +tries=1 @192.0.2.53 kubernetes.io ");
    }

    [Fact]
    public async Task HostLookups_SomeLost_Warn()
    {
        Host.Files["/etc/resolv.conf"] = ["nameserver 192.0.2.53\n"];
        var asked = 0;
        Host.Own.Dns = (_, _) => ++asked % 5 == 0 ? new DnsReply(null, 0, TimeSpan.Zero, Fault: "no answer within 2 s") : new DnsReply(DnsCode.NoError, 1, TimeSpan.FromMilliseconds(2));
        await ShouldBeAsync("ST-DN-001", Verdict.Warn, "no answer within 2 s (2 of 10 lookups of kubernetes.io); 8 answered");
    }

    [Theory]
    [InlineData(DnsCode.ServerFailure)]
    [InlineData(DnsCode.Refused)]
    public async Task HostLookups_ServerThatOnlyRefuses_Fails(DnsCode code)
    {
        Host.Files["/etc/resolv.conf"] = ["nameserver 192.0.2.53\n"];
        Host.Own.Dns = (_, _) => new DnsReply(code, 0, TimeSpan.FromMilliseconds(1));
        await ShouldBeAsync("ST-DN-001", Verdict.Fail, $"the server answers {code} (6 of 6 lookups of kubernetes.io)");
    }

    [Fact]
    public async Task HostLookups_OneFailure_Warns()
    {
        Host.Files["/etc/resolv.conf"] = ["nameserver 192.0.2.53\n"];
        var asked = 0;
        Host.Own.Dns = (_, _) => ++asked == 3 ? new DnsReply(DnsCode.ServerFailure, 0, TimeSpan.FromMilliseconds(1)) : new DnsReply(DnsCode.NoError, 1, TimeSpan.FromMilliseconds(2));
        await ShouldBeAsync("ST-DN-001", Verdict.Warn, "the server answers ServerFailure (1 of 10 lookups of kubernetes.io); 9 answered");
    }

    [Fact]
    public async Task HostLookups_NameThatASiteWithoutInternetDoesNotHave_IsAnAnswer()
    {
        Host.Files["/etc/resolv.conf"] = ["nameserver 192.0.2.53\n"];
        Host.Own.Dns = static (_, _) => new DnsReply(DnsCode.NoSuchName, 0, TimeSpan.FromMilliseconds(1));
        await ShouldBeAsync("ST-DN-001", Verdict.Pass, "10 answered");
    }

    [Theory]
    [InlineData("fe80::1%eth0", 7)]
    [InlineData("fe80::1%3", 3)]
    [InlineData("fe80::1%gone", 0)]
    public async Task HostLookups_LinkLocalServer_IsAskedByItsDevice(string server, long scope)
    {
        Host.Own.LinkList.Add(new Link { Index = 7, Name = "eth0" });
        Host.Files["/etc/resolv.conf"] = [$"nameserver {server}\n"];
        var asked = new List<IPAddress>();
        Host.Own.Dns = (to, _) =>
        {
            asked.Add(to.Address);
            return new DnsReply(DnsCode.NoError, 1, TimeSpan.FromMilliseconds(1));
        };
        (await FindAsync("ST-DN-001")).Verdict.ShouldBe(Verdict.Pass);
        asked.Distinct().ShouldHaveSingleItem().ScopeId.ShouldBe(scope);
    }

    [Fact]
    public async Task PodLookups_LinkLocalServer_HasNoScopeInThePod()
    {
        Host.Own.LinkList.Add(new Link { Index = 7, Name = "eth0" });
        AddPod("default/web", "nameserver fe80::1%eth0\n");
        (await FindAsync("ST-DN-002")).Subject.ShouldBe("default/web at fe80::1");
    }

    [Fact]
    public async Task PodLookups_AskTheServiceFromThePod()
    {
        var pod = AddPod("default/web");
        pod.Dns = Answer(1);
        (await FindAsync("ST-DN-002")).ShouldSatisfyAllConditions(f => f.Verdict.ShouldBe(Verdict.Pass), f => f.Subject.ShouldBe("default/web at 10.96.0.10"));
        pod.Asked.ShouldContain(new DnsQuestion("kubernetes.default.svc.cluster.local", DnsType.Aaaa));
    }

    [Theory]
    [InlineData(DnsCode.NoSuchName, "the server answers NoSuchName (6 of 6 lookups of kubernetes.default.svc.cluster.local)")]
    [InlineData(DnsCode.ServerFailure, "the server answers ServerFailure (6 of 6 lookups")]
    [InlineData(DnsCode.NoError, "the server has no address (10 of 10 lookups")]
    public async Task PodLookups_WithoutTheApiServersAddress_Fail(DnsCode code, string measured)
    {
        AddPod("default/web").Dns = (_, _) => new DnsReply(code, 0, TimeSpan.FromMilliseconds(1));
        await ShouldBeAsync("ST-DN-002", Verdict.Fail, measured);
    }

    [Theory]
    [InlineData(DnsType.A)]
    [InlineData(DnsType.Aaaa)]
    public async Task PodLookups_ClusterOfOneFamily_Pass(DnsType family)
    {
        AddPod("default/web").Dns = (_, q) => new DnsReply(DnsCode.NoError, q.Type == family ? 1 : 0, TimeSpan.FromMilliseconds(1));
        await ShouldBeAsync("ST-DN-002", Verdict.Pass, "10 answered");
    }

    [Fact]
    public async Task PodLookups_AddressNotEachTime_Warn()
    {
        var asked = 0;
        AddPod("default/web").Dns = (_, q) => new DnsReply(DnsCode.NoError, q.Type == DnsType.A && ++asked != 2 ? 1 : 0, TimeSpan.FromMilliseconds(1));
        await ShouldBeAsync("ST-DN-002", Verdict.Warn, "the server has no address (1 of 10 lookups");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("10.96.0.10")]
    public async Task PodLookups_AskInTheClustersDomain(string? given)
    {
        Host.Options = new DoctorOptions { ClusterDns = given is null ? null : IPAddress.Parse(given) };
        var pod = AddPod("default/web", PodConfig.Replace("cluster.local", "k8s.example"));
        pod.Dns = Answer(1);
        (await FindAsync("ST-DN-002")).Verdict.ShouldBe(Verdict.Pass);
        pod.Asked.Select(static q => q.Name).Distinct().ShouldBe(["kubernetes.default.svc.k8s.example"]);
    }

    [Fact]
    public async Task PodLookups_NoReadableConfig_IsUnknown()
    {
        Host.AddPod("default/web");
        (await FindAsync("ST-DN-002")).Verdict.ShouldBe(Verdict.Unknown);
    }

    [Fact]
    public async Task PodLookups_HostsOwnConfig_DoesNotApply()
    {
        Host.Files["/etc/resolv.conf"] = [PodConfig];
        AddPod("default/web");
        (await FindAsync("ST-DN-002")).Verdict.ShouldBe(Verdict.Skip);
        (await FindAsync("ST-DN-003")).Verdict.ShouldBe(Verdict.Skip);
    }

    [Fact]
    public async Task Amplification_FiveDots_TakesEightQuestions()
    {
        var pod = AddPod("default/web");
        pod.Dns = static (_, q) => q.Name.EndsWith("cluster.local", StringComparison.Ordinal)
            ? new DnsReply(DnsCode.NoSuchName, 0, TimeSpan.FromMilliseconds(2))
            : new DnsReply(DnsCode.NoError, 1, TimeSpan.FromMilliseconds(2));
        Host.Options = new DoctorOptions { ExternalName = "api.example.com" };
        await ShouldBeAsync("ST-DN-003", Verdict.Warn, "8 questions for api.example.com, 6 for names that do not exist, 8.00 ms (ndots:5)");
    }

    [Fact]
    public async Task Amplification_TwoDots_Passes()
    {
        AddPod("default/web", PodConfig.Replace("ndots:5", "ndots:2")).Dns = Answer(1);
        Host.Options = new DoctorOptions { ExternalName = "api.example.com" };
        await ShouldBeAsync("ST-DN-003", Verdict.Pass, "2 questions");
    }

    [Fact]
    public async Task Amplification_SameConfigInTwoNamespaces_IsOneFinding()
    {
        AddPod("default/a").Dns = Answer(1);
        AddPod("shop/b", PodConfig.Replace("default", "shop")).Dns = Answer(1);
        (await FindAsync("ST-DN-003")).Subject.ShouldBe("default/a, shop/b");
    }

    [Fact]
    public async Task Throttling_OfCoreDns_IsFoundByItsGroup()
    {
        (await FindAsync("ST-DN-004")).Verdict.ShouldBe(Verdict.Skip);
        Host.MountList.Add(new MountPoint { Root = "/", Path = "/sys/fs/cgroup", FileSystemType = "cgroup2", Source = "cgroup2", Options = "rw", IsReadOnly = false });
        Host.Files["/proc/99/comm"] = ["coredns\n"];
        Host.Files["/proc/99/cgroup"] = ["0::/kubepods/pod1/dns\n"];
        Host.Files["/sys/fs/cgroup/kubepods/pod1/dns/cpu.stat"] = ["nr_periods 100\nnr_throttled 10\n", "nr_periods 200\nnr_throttled 60\n"];
        await ShouldBeAsync("ST-DN-004", Verdict.Fail, "50 of 100 periods throttled");
    }

    [Theory]
    [InlineData("nameserver 127.0.0.53\n", null, Verdict.Warn)]
    [InlineData("nameserver 127.0.0.53\n", "nameserver 192.0.2.53\n", Verdict.Pass)]
    [InlineData("nameserver 1.1.1.1\nnameserver 2.2.2.2\nnameserver 3.3.3.3\nnameserver 4.4.4.4\n", null, Verdict.Warn)]
    public async Task HostFile_CanBeHandedOn(string file, string? resolved, Verdict verdict)
    {
        Host.Files["/etc/resolv.conf"] = [file];
        if (resolved is not null)
        {
            Host.Files["/run/systemd/resolve/resolv.conf"] = [resolved];
        }
        (await FindAsync("ST-DN-005")).Verdict.ShouldBe(verdict);
    }

    [Fact]
    public async Task HostFile_ServerOnLoopback_TheKubeletGetsAFileOfItsOwn()
    {
        Host.Files["/etc/resolv.conf"] = ["nameserver 127.0.0.1\n"];
        (await FindAsync("ST-DN-005")).Fix.ShouldNotBeNull().ShouldSatisfyAllConditions(
            static f => f.ShouldStartWith("write the servers that 127.0.0.1 itself asks into a file"), static f => f.ShouldContain("resolvConf: /etc/kubernetes/resolv.conf"),
            // Where systemd-resolved does not run a link to its list leads nowhere, and the host would resolve nothing.
            static f => f.ShouldNotContain("systemd/resolve"));
        Host.Files["/run/NetworkManager/no-stub-resolv.conf"] = ["nameserver 192.0.2.53\n"];
        (await FindAsync("ST-DN-005")).Fix.ShouldNotBeNull().ShouldStartWith("resolvConf: /run/NetworkManager/no-stub-resolv.conf in the kubelet's configuration");
        Host.Files["/run/NetworkManager/no-stub-resolv.conf"] = ["nameserver ::1\n"];
        (await FindAsync("ST-DN-005")).Fix.ShouldNotBeNull().ShouldStartWith("write the servers");
    }

    [Fact]
    public async Task HostFile_TooManyServers_AreToBeFewer()
    {
        Host.Files["/etc/resolv.conf"] = ["nameserver 1.1.1.1\nnameserver 2.2.2.2\nnameserver 3.3.3.3\nnameserver 4.4.4.4\nsearch a.example\n"];
        (await FindAsync("ST-DN-005")).ShouldSatisfyAllConditions(
            static f => f.Measured.ShouldBe("4 servers, 1 suffix, ndots:1"),
            static f => f.Fix.ShouldNotBeNull().ShouldStartWith("leave 3 nameserver lines"), static f => f.Fix.ShouldNotBeNull().ShouldEndWith(": 4.4.4.4 is never asked"));
    }

    [Fact]
    public async Task HostFile_TooManySuffixes_AreToBeFewer()
    {
        Host.Files["/etc/resolv.conf"] = [$"nameserver 1.1.1.1\nsearch {string.Join(' ', Enumerable.Range(1, 40).Select(static i => $"s{i}.example"))}\n"];
        (await FindAsync("ST-DN-005")).ShouldSatisfyAllConditions(
            static f => f.Measured.ShouldBe("1 server, 40 suffixes, ndots:1"),
            static f => f.Fix.ShouldNotBeNull().ShouldStartWith("leave 32 suffixes"), static f => f.Fix.ShouldNotBeNull().ShouldEndWith(": s33.example, s34.example, s35.example and 5 more are cut off"));
    }

    private static Func<IPEndPoint, DnsQuestion, DnsReply> Answer(double milliseconds) => (_, _) => new DnsReply(DnsCode.NoError, 1, TimeSpan.FromMilliseconds(milliseconds));

    private SyntheticNetwork AddPod(string name, string config = PodConfig)
    {
        var network = Host.AddPod(name);
        var process = 1000 + Host.PodList.Count;
        Host.PodList[^1] = Host.PodList[^1] with { Process = process };
        Host.Files[$"/proc/{process}/root/etc/resolv.conf"] = [config];
        return network;
    }
}
