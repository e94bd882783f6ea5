namespace Straum.Kubernetes.Decoding;

public sealed class AddressTextTests
{
    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("010.000.0.08", "10.0.0.8")]
    [InlineData("fd00::1", "fd00::1")]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1")]
    [InlineData("::", "::")]
    public void Address_AsKubernetesWritesIt_Parses(string text, string expected)
    {
        AddressText.TryParse(text, out var address).ShouldBeTrue();
        address.ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.1")]
    [InlineData("1")]
    [InlineData("0x0a.0.0.1")]
    [InlineData("10.0.0.256")]
    [InlineData("10.0.0.1.")]
    [InlineData("10.0.0.1 ")]
    [InlineData("10.0.0.1/24")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[fd00::1]")]
    [InlineData(":::")]
    [InlineData("example.com")]
    public void Address_OfAnyOtherForm_IsRefused(string text) => AddressText.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("10.1.2.3/8", "10.0.0.0/8")]
    [InlineData("10.1.2.3/32", "10.1.2.3/32")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("fd00:1:2:3::4/62", "fd00:1:2::/62")]
    public void Network_WithHostBits_LosesThem(string text, string expected)
    {
        AddressText.TryParseNetwork(text, out var network).ShouldBeTrue();
        network.ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData("10.0.0.0")]
    [InlineData("10.0.0.0/33")]
    [InlineData("fd00::/129")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/")]
    public void Network_OfAnyOtherForm_IsRefused(string text) => AddressText.TryParseNetwork(text, out _).ShouldBeFalse();
}
