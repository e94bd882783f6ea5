namespace Straum.Doctor.Tuning;

/// <summary>The journal is there and says nothing: what settings had before an apply is not known any more.</summary>
/// <param name="paths">Where it is, and what has the values that were written.</param>
/// <param name="damage">What is wrong with it.</param>
/// <param name="inner">The reader's.</param>
public sealed class DamagedJournalException(TunePaths paths, string damage, Exception? inner = null)
    : Exception($"the journal {paths.Journal} {damage}: what the settings were before apply is not known any more", inner)
{
    /// <summary>The way out.</summary>
    public string Fix { get; } = $"a copy of it from before would do. Without one: {paths.OwnFile} has the values that apply wrote; "
        + $"remove {paths.Journal}, so that Straum forgets them, and straum tune revert then says how to take them out of the files";
}
