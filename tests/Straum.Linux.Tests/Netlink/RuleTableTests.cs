using System.Net;
using System.Net.Sockets;

namespace Straum.Linux.Netlink;

public sealed class RuleTableTests
{
    public static TheoryData<RoutingRule> Rules =>
    [
        new RoutingRule { Family = AddressFamily.InterNetwork, Priority = 100, Table = 4711, From = IPNetwork.Parse("10.1.0.0/16") },
        new RoutingRule { Family = AddressFamily.InterNetworkV6, Priority = 101, Table = 77, To = IPNetwork.Parse("fd01::/64"), Mark = 0x200, MarkMask = 0xF00 },
        new RoutingRule { Family = AddressFamily.InterNetwork, Priority = 102, Table = 0, InputInterface = "lo", Type = RouteType.Unreachable, Protocol = (RouteProtocol)0x53 },
    ];

    [Theory, MemberData(nameof(Rules))]
    public void Add_Rule_ReadsBackAndIsDeletedOnce(RoutingRule rule)
    {
        using var test = new TestNamespace();
        test.Net.Rules.Add(rule).ShouldBeTrue();
        test.Net.Rules.Add(rule).ShouldBeFalse();
        test.Net.Rules.List(rule.Family).ShouldContain(rule);
        test.Net.Rules.Delete(rule).ShouldBeTrue();
        test.Net.Rules.Delete(rule).ShouldBeFalse();
    }
}
