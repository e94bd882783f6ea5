namespace Straum.Control.Tuning;

public sealed class SysctlTextTests
{
    [Theory]
    [InlineData("net.core.*", "net.core.somaxconn", true)]
    [InlineData("net.*", "net.core.somaxconn", false)]
    [InlineData("net.*.somaxconn", "net.core.somaxconn", true)]
    [InlineData("net.ipv4.conf.*.rp_filter", "net.ipv4.conf.enp3s0/200.rp_filter", true)]
    [InlineData("net.ipv4.conf.eth[01].rp_filter", "net.ipv4.conf.eth1.rp_filter", true)]
    [InlineData("net.ipv4.conf.eth[01].rp_filter", "net.ipv4.conf.eth2.rp_filter", false)]
    [InlineData("net.ipv4.conf.eth[0-9].rp_filter", "net.ipv4.conf.eth7.rp_filter", true)]
    [InlineData("net.ipv4.conf.[!e]*.rp_filter", "net.ipv4.conf.eth7.rp_filter", false)]
    [InlineData("net.ipv4.conf.[!e]*.rp_filter", "net.ipv4.conf.all.rp_filter", true)]
    [InlineData("net[!a]core", "net.core", false)]
    [InlineData("net.ipv?.tcp_ecn", "net.ipv4.tcp_ecn", true)]
    [InlineData("net?core", "net.core", false)]
    [InlineData("net.core.*x*", "net.core.somaxconn", true)]
    [InlineData("net.core.*x", "net.core.somaxconn", false)]
    [InlineData("a[b", "a[b", true)]
    [InlineData("a[]]b", "a]b", true)]
    public void Pattern_OverAKey_CoversNoDotBetweenNames(string pattern, string key, bool matches) => SysctlPattern.Matches(pattern, key).ShouldBe(matches);

    [Theory]
    [InlineData("-net.ipv4.tcp_ecn = 1", "net.ipv4.tcp_ecn", "1")]
    [InlineData("-net/ipv4/conf/enp3s0.200/rp_filter=0", "net.ipv4.conf.enp3s0/200.rp_filter", "0")]
    [InlineData("net.ipv4.conf.eth[!0-3].rp_filter = 2", "net.ipv4.conf.eth[!0-3].rp_filter", "2")]
    public void Line_OfAnyForm_HasItsKeyWithDots(string text, string key, string value) =>
        SysctlText.Lines(text).ShouldHaveSingleItem().Setting.ShouldNotBeNull().ShouldSatisfyAllConditions(s => s.Key.ShouldBe(key), s => s.Value.ShouldBe(value));

    [Theory]
    [InlineData("-net/ipv4/tcp_ecn", "net.ipv4.tcp_ecn")]
    [InlineData("-net.ipv4.tcp_ecn = 1", null)]
    [InlineData("net.ipv4.tcp_ecn", null)]
    [InlineData("- net.ipv4.tcp_ecn", null)]
    public void Exempted_DashAndAKeyAlone_IsTheKey(string text, string? key) => SysctlText.Exempted(text).ShouldBe(key);
}
