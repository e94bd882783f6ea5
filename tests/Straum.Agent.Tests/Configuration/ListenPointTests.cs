using System.Text.RegularExpressions;
using Straum.Agent.Configuration;
using Straum.Agent.Configuration.Formats;

namespace Straum.Agent.Tests.Configuration;

public sealed class ListenPointTests
{
    [Theory]
    [InlineData(":9962")]
    [InlineData("127.0.0.1:9962")]
    [InlineData("0.0.0.0:1024")]
    [InlineData("[::1]:9962")]
    [InlineData("[::]:65535")]
    public void Text_OfAPoint_ComesBackAsItWas(string text) => ListenPoint.Parse(text).ShouldNotBeNull().ToString().ShouldBe(text);

    [Theory]
    [InlineData("")]
    [InlineData("9962")]
    [InlineData(":0")]
    [InlineData(":1023")]
    [InlineData(":65536")]
    [InlineData(": 9962")]
    [InlineData(":+9962")]
    [InlineData("127.0.0.1")]
    [InlineData("127.1:9962")]
    [InlineData("localhost:9962")]
    [InlineData("::1:9962")]
    [InlineData("[127.0.0.1]:9962")]
    [InlineData("[fe80::1%eth0]:9962")]
    [InlineData("[]:9962")]
    [InlineData("http://127.0.0.1:9962")]
    public void Text_OfNoPoint_IsRefused(string text) => ListenPoint.Parse(text).ShouldBeNull();

    // Helm and editors judge by it, before an agent does.
    [Fact]
    public void Schema_TakesThePortsThatAreTaken()
    {
        var pattern = new Regex(ListenFormat.Instance.Schema()["pattern"]!.GetValue<string>());
        Enumerable.Range(0, 100_000).Where(port => pattern.IsMatch($":{port}") != (ListenPoint.Parse($":{port}") is not null)).ShouldBeEmpty();
        foreach (var text in (string[])["127.0.0.1:9962", "[::1]:65535", ""])
        {
            pattern.IsMatch(text).ShouldBeTrue(text);
        }
    }
}
