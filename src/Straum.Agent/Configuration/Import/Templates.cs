using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Import;

/// <summary>Files that a program fills in before they are YAML: Helm's charts, Ansible's and Go's templates.</summary>
internal static class Templates
{
    /// <summary>What is wrong with a text that is no YAML: the parser's words, and that it is a template where its line is one.</summary>
    public static string Explain(string text, ConfigSyntaxException fault) =>
        text.Split('\n').ElementAtOrDefault(fault.Line - 1) is { } line && (line.Contains("{{", StringComparison.Ordinal) || line.Contains("{%", StringComparison.Ordinal))
            ? "a template ({{ … }}), and no values yet: import what it renders to, or what `helm get values` prints"
            : fault.Message;
}
