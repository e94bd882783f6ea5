using System.Net.Sockets;

namespace Straum.Lab.Supervision;

public sealed class AgentSettingsTests
{
    private static readonly Dictionary<string, string> Own = new() { ["node.name"] = "n1", ["routing.mode"] = "native", ["paths.run"] = "/run/straum lab/n1" };

    [Fact]
    public void Combine_Nothing_IsWhatTheLabSays() => AgentSettings.Combine(null, Own).ShouldBe(
        """
        node:
          name: n1
        routing:
          mode: native
        paths:
          run: "/run/straum lab/n1"

        """);

    [Fact]
    public void Combine_UsersKeys_StayAndTheLabsWin() => AgentSettings.Combine(
        """
        routing:
          mode: vxlan # from somewhere
          mtu: 1400
        ipv6: {enabled: false}
        masquerade:
          nonMasqueradeCIDRs:
            - "::/8"
            - 10.0.0.0/8
        """, Own).ShouldBe(
        """
        routing:
          mode: native
          mtu: 1400
        ipv6:
          enabled: false
        masquerade:
          nonMasqueradeCIDRs: ["::/8","10.0.0.0/8"]
        node:
          name: n1
        paths:
          run: "/run/straum lab/n1"

        """);

    [Theory]
    [InlineData(null, true)]
    [InlineData("ipv4:\n  enabled: false", true)]
    [InlineData("ipv6:\n  enabled: true", true)]
    [InlineData("ipv6:\n  enabled: false", false)]
    public void Serves_Family_UnlessItIsOff(string? configuration, bool serves) =>
        AgentSettings.Serves(configuration, AddressFamily.InterNetworkV6).ShouldBe(serves);

    [Theory]
    [InlineData("routing.directNodeRoutes", "false", false)]
    [InlineData("routing.directNodeRoutes", "true", true)]
    [InlineData("kubernetes.serviceHost", "192.0.2.1", false)]
    [InlineData("paths.bpf", "/sys/fs/bpf/x", false)]
    [InlineData("pods.sysctls", "[]", true)]
    public void WhyOwn_SaysWhatIsTheUsers(string key, string value, bool users) => (AgentSettings.WhyOwn(key, value) is null).ShouldBe(users);
}
