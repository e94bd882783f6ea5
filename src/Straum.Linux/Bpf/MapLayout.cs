namespace Straum.Linux.Bpf;

/// <summary>What a map's bytes mean.</summary>
public sealed record MapLayout(TypeLayout Key, TypeLayout Value)
{
    public override string ToString() => $"{Key} -> {Value}";
}
