namespace Straum.Doctor.Reading;

/// <summary>One CPU's line of <c>/proc/net/softnet_stat</c>: packets that the network soft interrupt took, lost, and left for later.</summary>
/// <param name="Processed">Column 1.</param>
/// <param name="Dropped">Column 2: the CPU's backlog was full.</param>
/// <param name="Squeezed">Column 3: time or budget ended with packets left.</param>
internal readonly record struct SoftnetCounters(ulong Processed, ulong Dropped, ulong Squeezed)
{
    public static IReadOnlyList<SoftnetCounters>? Read(string? text) => text is null ? null :
    [
        .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(NumberFields.Split)
            .Select(static f => new SoftnetCounters(NumberFields.ParseHex(f[0]), NumberFields.ParseHex(f[1]), NumberFields.ParseHex(f[2]))),
    ];

    public static SoftnetCounters Sum(IEnumerable<SoftnetCounters> counters) =>
        counters.Aggregate(default(SoftnetCounters), static (a, b) => new SoftnetCounters(a.Processed + b.Processed, a.Dropped + b.Dropped, a.Squeezed + b.Squeezed));
}
