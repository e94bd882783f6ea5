using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Straum.Control.Addressing;

namespace Straum.Agent.Cni;

/// <summary>The server does not rely on the plugin's checks: others may speak to the socket.</summary>
public sealed class CniRequestTests
{
    [Theory]
    [InlineData("", CniErrorCode.Undecodable)]
    [InlineData("[]", CniErrorCode.Undecodable)]
    [InlineData("{}", CniErrorCode.Undecodable)]
    [InlineData("""{"command":"ADD","config":7}""", CniErrorCode.Undecodable)]
    [InlineData("""{"command":"add","config":{"cniVersion":"1.0.0","name":"n"}}""", CniErrorCode.InvalidEnvironment)]
    [InlineData("""{"command":"ADD","config":{"name":"n"}}""", CniErrorCode.IncompatibleVersion)]
    [InlineData("""{"command":"ADD","config":{"cniVersion":"1.0.0"}}""", CniErrorCode.InvalidConfig)]
    [InlineData("""{"command":"ADD","config":{"cniVersion":"1.0.0","name":"../n"}}""", CniErrorCode.InvalidConfig)]
    [InlineData("""{"command":"ADD","config":{"cniVersion":"1.0.0","name":"n"}}""", CniErrorCode.InvalidEnvironment)]
    [InlineData("""{"command":"ADD","containerId":"a/b","netns":"/n","ifName":"eth0","config":{"cniVersion":"1.0.0","name":"n"}}""", CniErrorCode.InvalidEnvironment)]
    [InlineData("""{"command":"ADD","containerId":"a","netns":"/n","ifName":"eth0/1","config":{"cniVersion":"1.0.0","name":"n"}}""", CniErrorCode.InvalidEnvironment)]
    [InlineData("""{"command":"ADD","containerId":"a","netns":"","ifName":"eth0","config":{"cniVersion":"1.0.0","name":"n"}}""", CniErrorCode.InvalidEnvironment)]
    [InlineData("""{"command":"ADD","containerId":"\ud800","netns":"/n","ifName":"eth0","config":{"cniVersion":"1.0.0","name":"n"}}""", CniErrorCode.Undecodable)]
    [InlineData("""{"command":"CHECK","containerId":"a","netns":"/n","ifName":"sixteen-letters-","config":{"cniVersion":"1.0.0","name":"n"}}""", CniErrorCode.InvalidEnvironment)]
    public void Request_Bad_IsRefusedWithTheRightCode(string body, CniErrorCode code)
    {
        CniRequest.TryParse(Encoding.UTF8.GetBytes(body), out _, out var error).ShouldBeFalse();
        error!.Code.ShouldBe(code);
    }

    [Fact]
    public void Request_NotUtf8_IsRefused()
    {
        CniRequest.TryParse(new byte[] { (byte)'{', (byte)'"', 0xff, (byte)'"', (byte)'}' }, out _, out var error).ShouldBeFalse();
        error!.Code.ShouldBe(CniErrorCode.Undecodable);
    }

    [Fact]
    public void Request_MutatedAtRandom_NeverThrows()
    {
        var seed = Encoding.UTF8.GetBytes("""
            {"command":"GC","containerId":"a","netns":"/n","ifName":"eth0","args":"A=b;IgnoreUnknown=1","path":"",
             "config":{"cniVersion":"1.1.0","name":"n","runtimeConfig":{"mac":"02:00:00:00:00:01"},"dns":{"nameservers":["1.1.1.1"]},
              "cni.dev/valid-attachments":[{"containerID":"a","ifname":"eth0"}],
              "prevResult":{"ips":[{"address":"10.0.0.1/32"}],"routes":[{"dst":"0.0.0.0/0"}],"interfaces":[{"name":"x"}]}}}
            """);
        var random = new Random(1);
        for (var round = 0; round < 20_000; round++)
        {
            var mutant = seed.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                mutant[random.Next(mutant.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : seed[random.Next(seed.Length)];
            }
            if (CniRequest.TryParse(mutant, out var request, out var error))
            {
                error.ShouldBeNull();
                _ = PodIdentity.TryParse(request!.Arguments, out _, out _);
            }
            else
            {
                error.ShouldNotBeNull();
            }
        }
    }

    [Theory]
    [InlineData("", "", "")]
    [InlineData("IgnoreUnknown=1;K8S_POD_NAMESPACE=a;K8S_POD_NAME=b;K8S_POD_INFRA_CONTAINER_ID=c;K8S_POD_UID=d;X=y", "a/b", "d")]
    [InlineData("K8S_POD_NAMESPACE=a;K8S_POD_NAME=b", "a/b", "")]
    [InlineData("K8S_POD_NAME=b=c;", "/b=c", "")]
    public void Arguments_OfARuntime_NameThePod(string arguments, string name, string uid)
    {
        PodIdentity.TryParse(arguments, out var identity, out var error).ShouldBeTrue(error?.ToString());
        identity!.Uid.ShouldBe(uid);
        (identity == PodIdentity.None ? "" : identity.ToString()).ShouldBe(name);
    }

    [Theory]
    [InlineData("X=y")]
    [InlineData("IgnoreUnknown=0;X=y")]
    [InlineData("IgnoreUnknown=1;nonsense")]
    [InlineData("=x")]
    public void Arguments_ThatLibcniWouldRefuse_AreRefused(string arguments)
    {
        PodIdentity.TryParse(arguments, out _, out var error).ShouldBeFalse();
        error!.Code.ShouldBe(CniErrorCode.InvalidEnvironment);
    }

    [Fact]
    public void PodLink_OfAnOwner_IsAValidNameAndAddressAndAlwaysTheSame()
    {
        var owners = Enumerable.Range(0, 2_000).Select(i => new AddressOwner($"container-{i}", "eth0")).ToList();

        owners.ShouldAllBe(o => PodLink.HostNameOf(o).Length == 15 && CniRequest.IsValidInterfaceName(PodLink.HostNameOf(o)));
        owners.ShouldAllBe(o => PodLink.PodMacOf(o).IsLocallyAdministered && !PodLink.PodMacOf(o).IsMulticast);
        owners.Select(PodLink.HostNameOf).Distinct().Count().ShouldBe(owners.Count);
        owners.Select(PodLink.PodMacOf).Distinct().Count().ShouldBe(owners.Count);
        // Pods outlive agents: these must never change.
        PodLink.HostNameOf(new AddressOwner("c1", "eth0")).ShouldBe("straumyao5pgmuw");
        PodLink.PodMacOf(new AddressOwner("c1", "eth0")).ToString().ShouldBe("c6:37:32:a4:26:04");
    }

    [Fact]
    public async Task Server_MeetingAFault_StillAnswers()
    {
        var server = new CniServer(null!, null!, () => throw new InvalidOperationException("a bug"), NullLogger<CniServer>.Instance);

        var response = await server.HandleAsync(Encoding.UTF8.GetBytes("""{"command":"STATUS","config":{"cniVersion":"1.1.0","name":"n"}}"""));

        response.ExitCode.ShouldBe(1);
        JsonNode.Parse(response.Body.Span)!["details"]!.GetValue<string>().ShouldBe("a bug");
    }
}
