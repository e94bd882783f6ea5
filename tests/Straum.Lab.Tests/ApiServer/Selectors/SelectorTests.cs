using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.Selectors;

public sealed class SelectorTests
{
    private static readonly Dictionary<string, string> Labels = new() { ["app"] = "web", ["tier"] = "front", ["example.com/n"] = "5", ["empty"] = "" };

    [Theory]
    [InlineData("", true)]
    [InlineData("app=web", true)]
    [InlineData("app==web", true)]
    [InlineData("app = web , tier= front", true)]
    [InlineData("app=db", false)]
    [InlineData("app!=db", true)]
    [InlineData("missing!=x", true)]
    [InlineData("missing=x", false)]
    [InlineData("app", true)]
    [InlineData("!app", false)]
    [InlineData("!missing", true)]
    [InlineData("app in (db, web)", true)]
    [InlineData("app in (db),tier", false)]
    [InlineData("app notin (db)", true)]
    [InlineData("missing notin (db)", true)]
    [InlineData("example.com/n>4", true)]
    [InlineData("example.com/n<5", false)]
    [InlineData("app>4", false)]
    [InlineData("empty=", true)]
    [InlineData("in=x", false)]
    public void LabelSelector_InText_MatchesAsKubectlExpects(string selector, bool matches) =>
        LabelSelector.Parse(selector).Matches(Labels).ShouldBe(matches);

    [Theory]
    [InlineData("app in web")]
    [InlineData("app in (web")]
    [InlineData("=web")]
    [InlineData("app=web)")]
    [InlineData("a,,b")]
    public void LabelSelector_Misspelt_IsABadRequest(string selector) =>
        Should.Throw<StatusException>(() => LabelSelector.Parse(selector)).Code.ShouldBe(400);

    [Theory]
    [InlineData("""{"matchLabels":{"app":"web"}}""", true)]
    [InlineData("""{"matchExpressions":[{"key":"app","operator":"In","values":["web"]},{"key":"x","operator":"DoesNotExist"}]}""", true)]
    [InlineData("""{"matchLabels":{"app":"web"},"matchExpressions":[{"key":"tier","operator":"NotIn","values":["front"]}]}""", false)]
    [InlineData("{}", true)]
    public void LabelSelector_AsObject_MatchesTheSame(string selector, bool matches) =>
        LabelSelector.FromObject((JsonObject)JsonNode.Parse(selector)!).Matches(Labels).ShouldBe(matches);

    [Fact]
    public void LabelSelector_AbsentObject_MatchesNothing() => LabelSelector.FromObject(null).Matches(Labels).ShouldBeFalse();

    [Fact]
    public void FieldSelector_UnknownField_IsABadRequest() =>
        Should.Throw<StatusException>(() => FieldSelector.Parse("spec.foo=x", _ => false)).Message.ShouldContain("field label not supported: spec.foo");

    [Fact]
    public void FieldSelector_WithAName_TellsIt() =>
        FieldSelector.Parse("metadata.name=x,spec.nodeName!=y", _ => true).Name.ShouldBe("x");
}
