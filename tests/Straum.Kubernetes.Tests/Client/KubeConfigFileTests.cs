using System.Text;
using Straum.Kubernetes.Support;

namespace Straum.Kubernetes.Client;

public sealed class KubeConfigFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("straum-t-").FullName;
    private readonly TestAuthority _authority = new("ca");

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        _authority.Dispose();
    }

    [Fact]
    public void TheCurrentContext_DecidesClusterUserAndNamespace()
    {
        var config = Parse("token: abc");
        config.Server.ShouldBe(new Uri("https://10.0.0.1:6443"));
        config.Namespace.ShouldBe("shop");
        config.Token!.Read().ShouldBe("abc");
        config.Authorities.ShouldBeNull();
        config.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void AnotherContext_CanBeNamed()
    {
        var config = Parse("token: abc", context: "bare");
        config.Namespace.ShouldBe("default");
        config.Token.ShouldBeNull();
    }

    [Fact]
    public void ATokenFile_IsFoundBesideTheKubeconfigAndReadAnew()
    {
        File.WriteAllText(Path.Combine(_directory, "token"), "one\n");
        var config = Parse("tokenFile: token\n    token: ignored");
        config.Token!.Read().ShouldBe("one");
        File.WriteAllText(Path.Combine(_directory, "token"), "two");
        config.Token.Read().ShouldBe("two");
        File.Delete(Path.Combine(_directory, "token"));
        config.Token.Read().ShouldBe("two");
    }

    [Fact]
    public void CertificatesAndAuthority_ComeFromDataOrFiles()
    {
        var (certificate, key) = _authority.Issue("agent");
        File.WriteAllText(Path.Combine(_directory, "ca.crt"), _authority.Pem);
        File.WriteAllText(Path.Combine(_directory, "agent.crt"), certificate + "\n" + _authority.Pem);
        var config = Parse(
            $"client-certificate: agent.crt\n    client-key-data: {Base64(key)}",
            "certificate-authority: ca.crt\n    insecure-skip-tls-verify: true\n    tls-server-name: api.example");
        config.Authorities.ShouldHaveSingleItem().Thumbprint.ShouldBe(_authority.Certificate.Thumbprint);
        config.ClientCertificate!.HasPrivateKey.ShouldBeTrue();
        config.ClientIntermediates.ShouldHaveSingleItem().Thumbprint.ShouldBe(_authority.Certificate.Thumbprint);
        config.TlsServerName.ShouldBe("api.example");
        config.SkipTlsVerify.ShouldBeTrue();
        config.Warnings.ShouldHaveSingleItem().ShouldContain("insecure-skip-tls-verify");
    }

    [Theory]
    [InlineData("exec: {command: aws}", "user alice: exec is not supported; use a token, tokenFile or client certificate")]
    [InlineData("auth-provider: {name: gcp}", "user alice: auth-provider is not supported")]
    [InlineData("client-key-data: eA==", "user alice: client-certificate and client-key belong together")]
    [InlineData("client-certificate: absent.crt", "user alice: client-certificate cannot be read")]
    [InlineData("client-certificate-data: '%'", "user alice: client-certificate-data is no base64")]
    [InlineData("client-certificate-data: eA==\n    client-key-data: eA==", "user alice: client-certificate: ")]
    public void AUser_WeCannotBe_IsRefusedByName(string user, string message) =>
        Should.Throw<ClusterConfigException>(() => Parse(user)).Message.ShouldContain(message);

    [Theory]
    [InlineData("proxy-url: http://p", "cluster local: proxy-url is not supported")]
    [InlineData("certificate-authority-data: eA==", "cluster local: certificate-authority holds no certificate")]
    public void ACluster_WeCannotReach_IsRefusedByName(string cluster, string message) =>
        Should.Throw<ClusterConfigException>(() => Parse("token: abc", cluster)).Message.ShouldContain(message);

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("a: [", "line ")]
    [InlineData("contexts: []", "names no current-context")]
    [InlineData("current-context: x", "has no context named x")]
    [InlineData("current-context: x\ncontexts: [{name: x, context: {cluster: c}}]", "has no cluster named c")]
    public void AKubeconfig_ThatIsIncomplete_SaysWhatIsMissing(string text, string message) =>
        Should.Throw<ClusterConfigException>(() => KubeConfigFile.Parse(text, "/x/config")).Message
            .ShouldStartWith($"kubeconfig /x/config: {message}");

    [Fact]
    public void AKubeconfig_ThatIsAbsent_IsNamed() =>
        Should.Throw<ClusterConfigException>(() => KubeConfigFile.Load("/nowhere/config")).Message.ShouldContain("kubeconfig /nowhere/config: cannot be read");

    [Fact]
    public void InCluster_FilesAndEnvironment_MakeAConfiguration()
    {
        File.WriteAllText(Path.Combine(_directory, "ca.crt"), _authority.Pem);
        File.WriteAllText(Path.Combine(_directory, "token"), "t1");
        File.WriteAllText(Path.Combine(_directory, "namespace"), "straum-system");
        var environment = new Dictionary<string, string> { ["KUBERNETES_SERVICE_HOST"] = "fd96::1", ["KUBERNETES_SERVICE_PORT"] = "443" };
        InClusterConfig.IsPresent(environment.GetValueOrDefault, _directory).ShouldBeTrue();
        var config = InClusterConfig.Load(environment.GetValueOrDefault, _directory);
        config.Server.ShouldBe(new Uri("https://[fd96::1]:443"));
        config.Namespace.ShouldBe("straum-system");
        config.Token!.Read().ShouldBe("t1");
        config.At("172.30.0.1", 6443).Server.ShouldBe(new Uri("https://172.30.0.1:6443"));
    }

    [Fact]
    public void InCluster_OutsideOfAPod_SaysSo() =>
        Should.Throw<ClusterConfigException>(() => InClusterConfig.Load(_ => null, _directory)).Message.ShouldContain("is this a pod?");

    private ClusterConfig Parse(string user, string cluster = "disable-compression: true", string? context = null) => KubeConfigFile.Parse($$"""
        apiVersion: v1
        kind: Config
        current-context: work
        contexts:
        - name: bare
          context: {cluster: local}
        - name: work
          context: {cluster: local, user: alice, namespace: shop}
        clusters:
        - name: local
          cluster:
            server: https://10.0.0.1:6443
            {{cluster}}
        users:
        - name: alice
          user:
            {{user}}
        """, Path.Combine(_directory, "config"), context);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
