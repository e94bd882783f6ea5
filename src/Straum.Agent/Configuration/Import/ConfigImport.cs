using System.Buffers;

namespace Straum.Agent.Configuration.Import;

/// <summary>
/// Configurations of other programs to straum.yaml, with a report that names every key. The result always validates.
/// </summary>
/// <remarks>
/// How to add a format:
/// 1. A file in this folder with an <see cref="IImportFormat"/>, its keys in a table.
/// 2. A line in <see cref="Formats"/>.
/// 3. A fixture and a test in <c>Straum.Agent.Tests/Configuration/Import</c>.
/// 4. A section in docs/reference/import.md.
/// </remarks>
public static class ConfigImport
{
    // In the order of recognition: the most particular first.
    private static readonly IReadOnlyList<IImportFormat> Formats = [new KubeProxyImport(), new SysctlImport(), new CiliumImport()];

    // Control characters that no text has; a tab, a line's end and a form feed are some of text.
    private static readonly SearchValues<char> OfNoText =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Select(static c => (char)c).Except("\t\n\r\f"), '\x7f']);

    /// <summary>The formats that <see cref="Run"/> knows, and what they are.</summary>
    public static IReadOnlyList<(string Name, string Description)> FormatNames { get; } =
        [.. Formats.Select(static f => (f.Name, f.Description))];

    /// <summary>Imports files, the first winning where two disagree.</summary>
    /// <param name="sources">At least one.</param>
    /// <param name="from">The format of all of them; null recognises each.</param>
    /// <exception cref="ImportException">A file is of no known kind, or cannot be read as its kind.</exception>
    public static ImportResult Run(IReadOnlyList<ImportSource> sources, string? from = null)
    {
        var draft = new ImportDraft();
        var files = sources.Select(s => (Source: s, Format: FormatOf(s, from))).ToList();
        foreach (var (source, format) in files)
        {
            format.Read(source, [.. files.Where(f => f.Format == format).Select(static f => f.Source)], draft);
        }
        return draft.Finish();
    }

    private static IImportFormat FormatOf(ImportSource source, string? from)
    {
        if (source.Text.AsSpan().ContainsAny(OfNoText))
        {
            throw new ImportException(source.File, 0, "a binary file, no text");
        }
        if (string.IsNullOrWhiteSpace(source.Text))
        {
            throw new ImportException(source.File, 0, "it is empty");
        }
        return from is null ? Recognise(source) : Formats.First(f => f.Name == from);
    }

    private static IImportFormat Recognise(ImportSource source)
    {
        var doubts = new List<(IImportFormat Format, ImportDoubt Doubt)>();
        foreach (var format in Formats)
        {
            if (format.Doubt(source) is not { } doubt)
            {
                return format;
            }
            doubts.Add((format, doubt));
        }
        throw doubts.FindAll(static d => d.Doubt.IsMeant) is [var (_, meant)]
            ? new ImportException(source.File, meant.Line, meant.Why)
            : new ImportException(source.File, 0, "not recognised; "
                + string.Join("; ", doubts.Select(static d => $"as {d.Format.Description}: {(d.Doubt.Line > 0 ? $"line {d.Doubt.Line}, " : "")}{d.Doubt.Why}")))
            {
                IsUnrecognised = true,
            };
    }
}
