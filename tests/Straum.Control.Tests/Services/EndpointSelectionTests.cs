using System.Net;
using Straum.Kubernetes.Objects;

namespace Straum.Control.Services;

/// <summary>
/// The cases that kube-proxy's CategorizeEndpoints distinguishes. An endpoint is written as its last byte, its
/// state and where it is: "1 ready @n1", "2 ending" (terminating, serving), "3 gone" (terminating, not serving),
/// "4 waiting" (not ready), with hints "zones=a,b" and "nodes=x,y". We are node n1 in zone a.
/// </summary>
public sealed class EndpointSelectionTests
{
    private static readonly NodeFacts Here = new() { NodeName = "n1", Zone = "a" };

    [Theory]
    // Readiness.
    [InlineData("no endpoints", "", "", "")]
    [InlineData("all ready", "1 ready @n1;2 ready @n2", "1 2", "1")]
    [InlineData("only ready ones", "1 ready @n1;2 waiting @n1;3 gone @n1;4 ending @n1", "1", "1")]
    [InlineData("none ready", "1 waiting @n1;2 gone @n1", "", "")]
    [InlineData("ready while terminating (publishNotReadyAddresses)", "1 readyending @n1;2 ending @n1", "1", "1")]
    // Terminating endpoints stand in, for Cluster and for Local apart.
    [InlineData("all ending", "1 ending @n1;2 ending @n2;3 gone @n1", "1 2", "1")]
    [InlineData("ready elsewhere, ending here", "1 ending @n1;2 ready @n2", "2", "1")]
    [InlineData("ready here, ending elsewhere", "1 ready @n1;2 ending @n2", "1", "1")]
    [InlineData("nothing here", "1 ready @n2;2 ending @n3", "1", "")]
    [InlineData("no node", "1 ready;2 ready", "1 2", "")]
    // Zones.
    [InlineData("hints for our zone", "1 ready zones=a;2 ready zones=b;3 ready zones=a,b", "1 3", "")]
    [InlineData("one without a hint", "1 ready zones=a;2 ready zones=b;3 ready", "1 2 3", "")]
    [InlineData("no hint for our zone", "1 ready zones=b;2 ready zones=c", "1 2", "")]
    [InlineData("one without a hint that is not ready", "1 ready zones=a;2 ready zones=b;3 waiting", "1", "")]
    [InlineData("our zone's endpoint is not ready", "1 waiting zones=a;2 ready zones=b;3 ready zones=c", "2 3", "")]
    [InlineData("hints and nothing ready", "1 ending zones=a;2 ending zones=b", "1 2", "")]
    [InlineData("Local knows no zones", "1 ready @n1 zones=b;2 ready @n2 zones=a", "2", "1")]
    // Nodes before zones.
    [InlineData("hints for our node", "1 ready nodes=n1;2 ready nodes=n2", "1", "")]
    [InlineData("for our node and our zone", "1 ready nodes=n1 zones=b;2 ready nodes=n2 zones=a", "1", "")]
    [InlineData("no hint for our node, one for our zone", "1 ready nodes=n2 zones=a;2 ready nodes=n3 zones=b", "1", "")]
    [InlineData("one without a node hint, all with zones", "1 ready nodes=n1 zones=a;2 ready zones=a;3 ready zones=b", "1 2", "")]
    [InlineData("no hint for us at all", "1 ready nodes=n2 zones=b;2 ready nodes=n3 zones=c", "1 2", "")]
    [InlineData("our node's endpoint is not ready", "1 waiting nodes=n1;2 ready nodes=n2", "2", "")]
    public void Selection_LikeKubeProxy(string situation, string endpoints, string cluster, string local)
    {
        var selection = EndpointSelection.Of(Parse(endpoints), Here);
        Names(selection.Cluster).ShouldBe(cluster, situation);
        Names(selection.Local).ShouldBe(local, situation);
        selection.HasAny.ShouldBe(cluster.Length > 0, situation);
    }

    [Fact]
    public void ANode_WithoutAZone_IgnoresZoneHints() =>
        Names(EndpointSelection.Of(Parse("1 ready zones=a;2 ready zones=b"), Here with { Zone = "" }).Cluster).ShouldBe("1 2");

    private static Endpoint[] Parse(string text) =>
        [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(ParseOne)];

    private static Endpoint ParseOne(string text)
    {
        var words = text.Split(' ');
        var node = words.FirstOrDefault(w => w[0] == '@')?[1..] ?? "";
        var source = new SliceEndpoint { NodeName = node, ZoneHints = Hints("zones="), NodeHints = Hints("nodes=") };
        var backend = new BackendSpec
        {
            Address = new IPAddress(new byte[] { 10, 0, 0, byte.Parse(words[0]) }),
            Port = 80,
            NodeName = node,
            Local = node == Here.NodeName,
            Ready = words[1].StartsWith("ready"),
            Serving = words[1] is "ready" or "readyending" or "ending",
            Terminating = words[1] is "readyending" or "ending" or "gone",
        };
        return new Endpoint(backend, source);

        ValueArray<string> Hints(string prefix) =>
            (words.FirstOrDefault(w => w.StartsWith(prefix))?[prefix.Length..].Split(',') ?? []).ToValueArray();
    }

    private static string Names(ValueArray<BackendSpec> backends) =>
        string.Join(' ', backends.Select(b => b.Address.GetAddressBytes()[3]));
}
