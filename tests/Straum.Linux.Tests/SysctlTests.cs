namespace Straum.Linux;

public sealed class SysctlTests
{
    [Theory]
    [InlineData("net.ipv4.ip_forward", "/proc/sys/net/ipv4/ip_forward")]
    [InlineData("net.ipv4.conf.eth0/100.forwarding", "/proc/sys/net/ipv4/conf/eth0.100/forwarding")]
    [InlineData("net/ipv4/conf/eth0.100/forwarding", "/proc/sys/net/ipv4/conf/eth0.100/forwarding")]
    public void PathOf_DotsAndSlashes_ReadAsSysctl8Does(string name, string path) => new SysctlTree("/proc/sys").PathOf(name).ShouldBe(path);

    [Fact]
    public void Write_InsideNamespace_ChangesOnlyThere()
    {
        using var one = new TestNamespace();
        using var two = new TestNamespace();
        Sysctl.Write("net.ipv4.conf.all.rp_filter", "2", one);
        Sysctl.Write("net.ipv4.conf.all.rp_filter", "0", two);
        Sysctl.Read("net.ipv4.conf.all.rp_filter", one).ShouldBe("2");
        Sysctl.Read("net.ipv4.conf.all.rp_filter", two).ShouldBe("0");
    }

    [Fact]
    public void Write_InterfaceWithDot_IsFound()
    {
        using var test = new TestNamespace();
        test.Net.Links.CreateVeth("near.7", "far");
        Sysctl.Write("net.ipv4.conf.near/7.forwarding", "1", test);
        Sysctl.Read("net/ipv4/conf/near.7/forwarding", test).ShouldBe("1");
    }

    [Fact]
    public void ReadWrite_Faults_AreNamed()
    {
        Should.Throw<LinuxException>(() => Sysctl.Read("net.ipv4.absent")).Errno.ShouldBe(Errno.ENOENT);
        using var test = new TestNamespace();
        Should.Throw<LinuxException>(() => Sysctl.Write("net.ipv4.ip_forward", "word", test)).Errno.ShouldBe(Errno.EINVAL);
    }

    [Fact]
    public void Write_ValueWithoutAModule_BlamesTheValueAndNotTheSetting()
    {
        var fault = Should.Throw<LinuxException>(() => Sysctl.Write("net.core.default_qdisc", "straum-t"));
        fault.Errno.ShouldBe(Errno.ENOENT);
        fault.Message.ShouldContain("net.core.default_qdisc=straum-t");
        fault.Message.ShouldContain("no such value");
    }
}
