namespace Straum.Doctor.Evidence;

public sealed class RedactionTests
{
    [Theory]
    [InlineData("password: hunter2", "password: [redacted]")]
    [InlineData("  bgpPassword: \"two words\"  # x", "  bgpPassword: [redacted]  # x")]
    [InlineData("{\"token\":\"abc\",\"name\":\"x\"}", "{\"token\":[redacted],\"name\":\"x\"}")]
    [InlineData("--api-key=abc --port=1", "--api-key=[redacted] --port=1")]
    [InlineData("client-key-data: LS0tLS1CRUdJTg==", "client-key-data: [redacted]")]
    [InlineData("AWS_SECRET=xyz", "AWS_SECRET=[redacted]")]
    [InlineData("Authorization: Bearer abcdefgh12345678", "Authorization: Bearer [redacted]")]
    [InlineData("proxy http://me:pw@proxy:3128/", "proxy http://me:[redacted]@proxy:3128/")]
    [InlineData("got eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlcm5ldGVz.c2lnbmF0dXJl from", "got [redacted] from")]
    public void Secrets_AreTakenOut(string text, string expected) => Redaction.Apply(text).ShouldBe(expected);

    [Fact]
    public void PrivateKey_LosesItsBody() =>
        Redaction.Apply("a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nb")
            .ShouldBe("a\n-----BEGIN RSA PRIVATE KEY-----[redacted]-----END RSA PRIVATE KEY-----\nb");

    [Theory]
    [InlineData("10.244.1.2 dev lxc0 lladdr 02:00:00:00:00:01 REACHABLE")]
    [InlineData("tokenFile: /var/run/secrets/token")]
    [InlineData("net.ipv4.tcp_fin_timeout = 60")]
    public void TheRest_StaysAsItIs(string text) => Redaction.Apply(text).ShouldBe(text);
}
