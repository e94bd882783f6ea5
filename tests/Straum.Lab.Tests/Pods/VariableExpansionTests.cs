namespace Straum.Lab.Pods.Containers;

/// <summary>The cases of Kubernetes' own expansion tests (third_party/forked/golang/expansion).</summary>
public sealed class VariableExpansionTests
{
    private static readonly Dictionary<string, string> Variables = new() { ["A"] = "a", ["EMPTY"] = "", ["B"] = "$(A)" };

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("$(A)", "a")]
    [InlineData("x-$(A)$(A)-y", "x-aa-y")]
    [InlineData("$(EMPTY)", "")]
    [InlineData("$(UNKNOWN)", "$(UNKNOWN)")]
    [InlineData("$$(A)", "$(A)")]
    [InlineData("$$$(A)", "$a")]
    [InlineData("$(B)", "$(A)")]
    [InlineData("$A", "$A")]
    [InlineData("$(A", "$(A")]
    [InlineData("cost: 5$", "cost: 5$")]
    [InlineData("$()", "$()")]
    public void Expand_Text_FollowsTheApi(string text, string expanded) => VariableExpansion.Expand(text, Variables).ShouldBe(expanded);
}
