using Straum.Agent.Configuration;
using Straum.Control.Tuning;
using Straum.Linux;

namespace Straum.Agent.Cni;

public sealed class PodSettingsTests
{
    [Fact]
    public void Create_WithSettings_HasThemInForceBeforeThePodCanSend()
    {
        var settings = PodSettings.Try(new PodOptions { Tuning = TuningProfile.Full }.Settings);
        settings.Refused.ShouldBeEmpty();
        using var host = new TestNamespace();
        using var pod = new TestNamespace();
        using var wiring = host.Namespace.Run(() => new PodWiring(settings));

        using var link = wiring.Create(PodRecords.In(pod));

        Sysctl.Read("net.core.somaxconn", pod).ShouldBe("32768");
        Sysctl.Read("net.ipv4.ip_local_port_range", pod).ShouldBe("10240\t65535");
        Sysctl.Read("net.ipv4.tcp_fin_timeout", pod).ShouldBe("15");
        Sysctl.Read("net.ipv4.tcp_tw_reuse", pod).ShouldBe("1");
        pod.Net.Links.Get("eth0").IsUp.ShouldBeFalse("no packet can have left");
    }

    [Fact]
    public void Create_WithoutSettings_LeavesTheKernelsDefaults()
    {
        using var host = new TestNamespace();
        using var pod = new TestNamespace();
        using var wiring = host.Namespace.Run(static () => new PodWiring());
        var before = Sysctl.Read("net.ipv4.tcp_fin_timeout", pod);

        using var link = wiring.Create(PodRecords.In(pod));

        Sysctl.Read("net.ipv4.tcp_fin_timeout", pod).ShouldBe(before);
    }

    [Fact]
    public void Try_SettingThatTheKernelRefuses_IsReportedAndLeftOut()
    {
        var settings = PodSettings.Try(
        [
            new PodSetting("net.ipv4.no_such_setting", "1"), new PodSetting("net.ipv4.tcp_fin_timeout", "many"), new PodSetting("net.core.somaxconn", "8192"),
        ]);

        settings.Accepted.ShouldBe([new PodSetting("net.core.somaxconn", "8192")]);
        settings.Refused.Select(static r => r.Setting.Key).ShouldBe(["net.ipv4.no_such_setting", "net.ipv4.tcp_fin_timeout"]);
        settings.Refused.ShouldAllBe(static r => r.Why.Length > 0);
    }

    [Fact]
    public void Try_Profiles_AreTakenByThisKernelInAPodsNamespace() =>
        PodSettings.Try([.. TuningCatalogue.ForPods(TuningProfile.Full)]).Refused.ShouldBeEmpty();

    [Fact]
    public void Settings_OwnOfAKeyInTheProfile_Wins() =>
        new PodOptions { Tuning = TuningProfile.Safe, Sysctls = [new("net.core.somaxconn", "1024")] }.Settings.ShouldBe([new PodSetting("net.core.somaxconn", "1024")]);
}
