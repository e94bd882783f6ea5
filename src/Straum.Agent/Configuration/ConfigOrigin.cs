namespace Straum.Agent.Configuration;

/// <summary>Where a value comes from.</summary>
/// <param name="Text">For people: default, straum.yaml:3:5, environment NODE_NAME.</param>
/// <param name="Line">From 1; 0 when it is from no file.</param>
/// <param name="Column">From 1; 0 when it is from no file.</param>
public sealed record ConfigOrigin(string Text, int Line = 0, int Column = 0)
{
    public static ConfigOrigin Default { get; } = new("default");
}
