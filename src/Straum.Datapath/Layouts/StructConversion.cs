using Straum.Linux.Bpf;

namespace Straum.Datapath.Layouts;

/// <summary>One struct's fields from one layout to another; see <see cref="TableConversion"/>.</summary>
internal sealed class StructConversion
{
    private readonly record struct Step(int From, int FromLength, int To, int ToLength);

    private readonly Step[] _steps;

    private StructConversion(Step[] steps) => _steps = steps;

    /// <summary>Null when a field of one name has another shape in the two: an array of another length, another byte order.</summary>
    public static StructConversion? Between(TypeLayout from, TypeLayout to)
    {
        var known = from.Fields.Where(f => !IsPadding(f)).ToDictionary(f => f.Path);
        var steps = new List<Step>();
        foreach (var field in to.Fields.Where(f => !IsPadding(f)))
        {
            if (!known.TryGetValue(field.Path, out var former))
            {
                continue;
            }
            // A single number in host order may grow or shrink; everything else must stay what it was.
            var resizable = !field.IsNetworkOrder && !former.IsNetworkOrder && field.Count == 1 && former.Count == 1;
            if (!resizable && (field.Size, field.Count, field.IsNetworkOrder) != (former.Size, former.Count, former.IsNetworkOrder))
            {
                return null;
            }
            steps.Add(new Step(former.Offset, former.Length, field.Offset, field.Length));
        }
        return steps.Count > 0 ? new StructConversion([.. steps]) : null;
    }

    /// <summary>False when a number does not fit where it would go.</summary>
    public bool TryConvert(ReadOnlySpan<byte> from, Span<byte> to)
    {
        to.Clear();
        foreach (var step in _steps)
        {
            var source = from.Slice(step.From, step.FromLength);
            if (source.Length > step.ToLength && source[step.ToLength..].ContainsAnyExcept((byte)0))
            {
                return false;
            }
            // Low bytes first: every machine that Straum is built for is little-endian.
            source[..Math.Min(source.Length, step.ToLength)].CopyTo(to[step.To..]);
        }
        return true;
    }

    private static bool IsPadding(FieldLayout field) => field.Path == "pad" || field.Path.EndsWith(".pad", StringComparison.Ordinal);
}
