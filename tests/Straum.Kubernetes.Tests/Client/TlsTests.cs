using System.Security.Cryptography.X509Certificates;
using Straum.Kubernetes.Support;

namespace Straum.Kubernetes.Client;

public sealed class TlsTests : IDisposable
{
    private readonly TestAuthority _authority = new("right");
    private readonly TestAuthority _other = new("wrong");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _authority.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task AServer_SignedByTheConfiguredAuthority_IsTrusted()
    {
        await using var server = new TlsServer(_authority.Issue("api", "127.0.0.1"));
        await ReachAsync(Config(server, _authority));
    }

    [Fact]
    public async Task AServer_SignedByAnother_IsRefusedWithTheReason()
    {
        await using var server = new TlsServer(_other.Issue("api", "127.0.0.1"));
        var e = await Should.ThrowAsync<KubernetesException>(ReachAsync(Config(server, _authority)));
        e.Message.ShouldContain("its certificate must be signed by the configured authority");
    }

    [Fact]
    public async Task AServer_OfAnotherName_IsRefused()
    {
        await using var server = new TlsServer(_authority.Issue("api", "api.elsewhere"));
        await Should.ThrowAsync<KubernetesException>(ReachAsync(Config(server, _authority)));
    }

    [Fact]
    public async Task AServerName_ThatIsGiven_IsCheckedAndSent()
    {
        await using var server = new TlsServer(_authority.Issue("api", "api.elsewhere"));
        await ReachAsync(Config(server, _authority) with { TlsServerName = "api.elsewhere" });
        server.Seen.ServerName.ShouldBe("api.elsewhere");
    }

    [Fact]
    public async Task WithoutVerification_AnyServerIsTaken()
    {
        await using var server = new TlsServer(_other.Issue("api", "api.elsewhere"));
        await ReachAsync(Config(server, _authority) with { SkipTlsVerify = true });
    }

    [Fact]
    public async Task AClientCertificate_IsPresented()
    {
        await using var server = new TlsServer(_authority.Issue("api", "127.0.0.1"));
        var (certificate, key) = _authority.Issue("agent");
        await ReachAsync(Config(server, _authority) with { ClientCertificate = X509Certificate2.CreateFromPem(certificate, key) });
        server.Seen.Client.ShouldBe("agent");
    }

    private static ClusterConfig Config(TlsServer server, TestAuthority authority) => new()
    {
        Server = server.Url,
        Authorities = [authority.Certificate],
    };

    private static async Task ReachAsync(ClusterConfig config)
    {
        using var client = new KubernetesClient(config);
        (await client.GetAsync(Kinds.Namespaces, new("", "default"), Ct)).Name.ShouldBe("default");
    }
}
