namespace Straum.Agent.Configuration.Import;

/// <summary>One kind of foreign configuration.</summary>
internal interface IImportFormat
{
    /// <summary>What <c>--from</c> calls it.</summary>
    string Name { get; }

    /// <summary>What it is, for people.</summary>
    string Description { get; }

    /// <summary>Whether a file looks like it. Never throws; of several that recognise a file, the first in the list reads it.</summary>
    bool Recognises(ImportSource source);

    /// <summary>Says to the draft what becomes of every key in the file, each of them once.</summary>
    /// <exception cref="ImportException">It is not of this kind after all.</exception>
    void Read(ImportSource source, ImportDraft draft);
}
