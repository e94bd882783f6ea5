namespace Straum.Agent.Configuration.Import;

/// <summary>One kind of foreign configuration.</summary>
internal interface IImportFormat
{
    /// <summary>What <c>--from</c> calls it.</summary>
    string Name { get; }

    /// <summary>What it is, for people.</summary>
    string Description { get; }

    /// <summary>
    /// Null for a file that looks like it, and else why this one does not. Never throws; of several that have no doubt about a
    /// file, the first in the list reads it.
    /// </summary>
    ImportDoubt? Doubt(ImportSource source);

    /// <summary>Says to the draft what becomes of every key in the file, each of them once.</summary>
    /// <param name="source">The file.</param>
    /// <param name="all">Every file of this kind in the import, it among them: what one is silent about another may say.</param>
    /// <param name="draft">Takes the answers.</param>
    /// <exception cref="ImportException">It is not of this kind after all.</exception>
    void Read(ImportSource source, IReadOnlyList<ImportSource> all, ImportDraft draft);
}
