using System.Text;

namespace Straum.Agent.Configuration;

/// <summary>The keys of straum.yaml as Markdown; docs/reference/configuration.md is what this prints.</summary>
public static class ConfigReference
{
    /// <summary>The page, with a line break at its end.</summary>
    public static string Print()
    {
        var page = new StringBuilder("""
            # Configuration

            One file, `straum.yaml`, or a ConfigMap with a key of that name. Every key has a default; an empty file is a right one.
            A key that does not exist, and a value that its key does not take, is refused with its line and the nearest right one:
            `straum config check straum.yaml`. What is in effect, and why: `straum config print straum.yaml`.
            Editors complete and check the file with [straum.schema.json](../../deploy/straum.schema.json).

            This page is printed by `straum config reference`; a test keeps it equal to the program.

            """.ReplaceLineEndings("\n"));
        var defaults = new AgentOptions();
        foreach (var group in ConfigKeys.All.GroupBy(static k => k.Path[..k.Path.IndexOf('.')]))
        {
            page.Append($"\n## {group.Key}\n\n| Key | Value | Default | What it does |\n|---|---|---|---|\n");
            foreach (var key in group)
            {
                var otherwise = key.DefaultDoc ?? $"`{key.Print(defaults)}`";
                page.Append($"| `{key.Path}` | {key.Expected} | {otherwise} | {key.Doc} |\n");
            }
        }
        return page.ToString();
    }
}
