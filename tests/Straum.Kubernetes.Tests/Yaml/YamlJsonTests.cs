using System.Text;

namespace Straum.Kubernetes.Yaml;

public sealed class YamlJsonTests
{
    [Theory]
    [InlineData("a: 1", """{"a":1}""")]
    [InlineData("a: [1.5, -2, +3, 0x10, 0o17, 017, 1e3, .5]", """{"a":[1.5,-2,3,16,15,15,1000,0.5]}""")]
    [InlineData("a: [true, False, yes, off]", """{"a":[true,false,true,false]}""")]
    [InlineData("a: [~, null, ]", """{"a":[null,null]}""")]
    [InlineData("a:", """{"a":null}""")]
    [InlineData("a: ['1', \"true\", !!str 2]", """{"a":["1","true","2"]}""")]
    [InlineData("a: [1.2.3.4, 10.0.0.0/8, fd00::1, 1-2, 08, 0x, '-', Infinity, 1_000]", """{"a":["1.2.3.4","10.0.0.0/8","fd00::1","1-2",8,"0x","-","Infinity","1_000"]}""")]
    [InlineData("a: |\n  x\n  y\n", """{"a":"x\ny\n"}""")]
    [InlineData("a: &x {b: 1}\nc: *x", """{"a":{"b":1},"c":{"b":1}}""")]
    [InlineData("a: &x {b: 1, c: 2}\nd: {b: 3, <<: *x}", """{"a":{"b":1,"c":2},"d":{"b":3,"c":2}}""")]
    [InlineData("1: a\ntrue: b", """{"1":"a","true":"b"}""")]
    public void ADocument_BecomesTheJsonThatKubectlSends(string yaml, string json) =>
        YamlJson.Documents(yaml).Select(d => Encoding.UTF8.GetString(d.Span)).ShouldHaveSingleItem().ShouldBe(json);

    [Fact]
    public void EmptyDocuments_AreLeftOut() =>
        YamlJson.Documents("---\na: 1\n---\n# nothing\n---\nb: 2\n---\n").Select(d => Encoding.UTF8.GetString(d.Span))
            .ShouldBe(["""{"a":1}""", """{"b":2}"""]);

    [Theory]
    [InlineData("a: 1\n b: 2\n", 2)]
    [InlineData("a: 1\n? [x]\n: 2", 2)]
    [InlineData("a: 1\nb: {<<: 7}", 2)]
    [InlineData("a: 1\na: 2", 2)]
    public void WhatIsNoYaml_NamesTheLine(string yaml, long line) =>
        Should.Throw<YamlTextException>(() => YamlJson.Documents(yaml)).Line.ShouldBe(line);

    [Fact]
    public void Aliases_ThatMultiply_AreStopped()
    {
        var yaml = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
            + string.Concat(Enumerable.Range(1, 9).Select(i => $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));
        Should.Throw<YamlTextException>(() => YamlJson.Documents(yaml)).Reason.ShouldContain("expand");
    }
}
