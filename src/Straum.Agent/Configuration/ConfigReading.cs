using System.Diagnostics.CodeAnalysis;

namespace Straum.Agent.Configuration;

/// <summary>What came of reading a configuration: either it, or everything that is wrong with it.</summary>
/// <param name="Config">Null when there are problems.</param>
/// <param name="Problems">In the order of the file.</param>
public sealed record ConfigReading(EffectiveConfig? Config, IReadOnlyList<ConfigProblem> Problems)
{
    [MemberNotNullWhen(true, nameof(Config))]
    public bool IsRight => Config is not null;
}
