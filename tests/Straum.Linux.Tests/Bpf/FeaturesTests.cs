namespace Straum.Linux.Bpf;

public sealed class FeaturesTests
{
    public static TheoryData<string> Names => new(Features.All.Select(f => f.Name));

    [Theory, MemberData(nameof(Names))]
    public void Probe_KernelNewEnough_FindsTheFeature(string name)
    {
        var feature = Features.All.Single(f => f.Name == name);
        feature.State.ShouldNotBe(FeatureSupport.Unknown);
        Requires.Feature(feature);
    }

    [Fact]
    public void State_Inconclusive_IsAskedAgain()
    {
        var answers = new Queue<FeatureSupport>([FeatureSupport.Unknown, FeatureSupport.NotSupported, FeatureSupport.Supported]);
        var feature = new Feature("x", new Version(9, 9), answers.Dequeue);
        feature.State.ShouldBe(FeatureSupport.Unknown);
        Should.NotThrow(() => new Feature("y", new Version(9, 9), () => FeatureSupport.Unknown).Require("op", "it"));
        feature.State.ShouldBe(FeatureSupport.NotSupported);
        feature.State.ShouldBe(FeatureSupport.NotSupported);
        Should.Throw<FeatureMissingException>(() => feature.Require("op", "it")).Message.ShouldContain("x needs Linux 9.9 or later");
    }
}
