using System.CommandLine;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Straum.Agent.Configuration;
using Straum.Cli.Terminal;
using Straum.Control.Tuning;
using Straum.Datapath.Abi;
using Straum.Doctor;

namespace Straum.Cli.Tests.Doctor;

/// <summary>
/// What the doctor prints to be pasted exists: commands of this program, keys of straum.yaml, kernel settings. Texts are the
/// explanations, the hints of refused packets, and every string that a check's or the agent's source has.
/// </summary>
public sealed partial class FixTests
{
    private static readonly string Root = RootOf(AppContext.BaseDirectory);

    /// <summary>Named because older kernels had them: shown where they still are, or said to be gone.</summary>
    private static readonly string[] Gone = ["net.ipv4.tcp_tw_recycle", "net.netfilter.nf_conntrack_X", .. TuningCatalogue.Declined.Select(static d => d.Key)];

    private static readonly string[] NoKeys = ["kubernetes.io", "kubernetes.default", "kubernetes.default.svc.cluster.local", "pods.journal"];

    [Fact]
    public void Commands_ThatFixesName_AreThoseOfTheProgram()
    {
        var wrong = Fixes().SelectMany(static f => Command().Matches(f).Select(m => (Text: f, Line: m.Groups["line"].Value)))
            .Select(static c => (c.Text, Fault: FaultOf(c.Line))).Where(static c => c.Fault is not null).ToList();
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Commands_ThatAnyTextNames_Exist()
    {
        var commands = CommandLine.CreateRoot().Subcommands;
        var wrong = Texts().SelectMany(static t => Mention().Matches(t).Select(m => (Text: t, Words: m.Groups["word"].Captures)))
            .Where(m => commands.FirstOrDefault(c => c.Name == m.Words[0].Value) is not { } command
                || (command.Subcommands.Count > 0 && m.Words.Count > 1 && command.Subcommands.All(s => s.Name != m.Words[1].Value)))
            .Select(static m => m.Text).ToList();
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Keys_ThatAnyTextNames_AreInTheSchema()
    {
        var wrong = Texts().SelectMany(static t => Key().Matches(t).Select(m => (Text: t, Key: m.Value.TrimEnd('.'))))
            .Where(static k => !NoKeys.Contains(k.Key) && !IsKey(k.Key)).ToList();
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Configuration_ThatFixesWrite_IsOneThatTheAgentTakes()
    {
        var lines = Fixes().SelectMany(static f => Flow().Matches(f)).Select(static m => m.Value).ToList();
        lines.ShouldContain("routing: {mode: native}");
        foreach (var line in lines)
        {
            var text = line.Replace("NAME: ENTRIES", "conntrack: 1000000").Replace("HOST", "192.0.2.1").Replace("PORT", "6443").Replace("[X=X]", "[net.ipv4.tcp_keepalive_time=600]");
            ConfigReader.Read("fix", text, ConfigEnvironment.OfProcess).Problems.ShouldBeEmpty(line);
        }
    }

    [Fact]
    public void Settings_ThatAnyTextNames_AreOfThisKernel()
    {
        var known = TuningCatalogue.All.Select(static s => s.Key).ToHashSet();
        var named = Texts().SelectMany(static t => Setting().Matches(t).Select(m => (Text: t, Key: m.Value.TrimEnd('.')))).ToList();
        named.Select(static n => n.Key).ShouldContain("net.ipv4.ip_forward");
        named.Select(static n => n.Key)
            .Where(k => !known.Contains(k) && !Gone.Contains(k) && !k.StartsWith("net.ipv4.netfilter", StringComparison.Ordinal) && !IsSetting(k)).ShouldBeEmpty();
    }

    /// <summary>Null when the program would take the line. Words in capitals stand for something of the reader's.</summary>
    private static string? FaultOf(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static w => w is "ADDRESS" ? "10.96.0.10" : w is "X" or "POD" ? "default/web" : w);
        return UsageFault.Of(CommandLine.CreateRoot().Parse([.. words]))?.Message;
    }

    private static bool IsKey(string path)
    {
        JsonNode? node = JsonNode.Parse(ConfigSchema.Print());
        foreach (var name in path.Split('.'))
        {
            node = node?["properties"]?[name];
        }
        return node is not null;
    }

    /// <summary>A directory too, as prose names them.</summary>
    private static bool IsSetting(string key) => Path.Exists("/proc/sys/" + key.Replace(".DEVICE.", ".lo.").Replace(".X.", ".lo.").Replace('.', '/'));

    private static IEnumerable<string> Fixes() => Catalogue.All.Select(static c => c.Explanation.Fix)
        .Concat(Literals("src/Straum.Doctor/Checks").Where(static l => l.FixOf).Select(static l => l.Text));

    private static IEnumerable<string> Texts() => Catalogue.All
        .SelectMany(static c => new[] { c.Title, c.Explanation.Why, c.Explanation.Threshold, c.Explanation.Source, c.Explanation.Fix })
        .Concat(Enum.GetValues<DropReason>().Select(DropReasonText.Hint))
        .Concat(Literals("src/Straum.Doctor", "src/Straum.Control", "src/Straum.Datapath", "src/Straum.Agent", "src/Straum.Cli/Commands").Select(static l => l.Text));

    /// <summary>
    /// String literals, with X for what is filled in. Imports are about other programs' keys, and have a test that each of
    /// ours is one.
    /// </summary>
    private static IEnumerable<(string Text, bool FixOf)> Literals(params string[] folders) => folders
        .SelectMany(static f => Directory.EnumerateFiles(Path.Combine(Root, f), "*.cs", SearchOption.AllDirectories))
        .Where(static f => !f.Contains("/obj/") && !f.Contains("/Import/"))
        .SelectMany(File.ReadLines)
        .Where(static l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal))
        .SelectMany(static l => Literal().Matches(l).Select(m => (
            Hole().Replace(m.Groups["text"].Value.Replace("{{", "\u0001").Replace("}}", "\u0002"), "X").Replace('\u0001', '{').Replace('\u0002', '}').Replace("\\\"", "\""),
            l.Contains("fix", StringComparison.OrdinalIgnoreCase))));

    private static string RootOf(string folder) => File.Exists(Path.Combine(folder, "straum.slnx")) ? folder
        : RootOf(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("straum.slnx not found above " + AppContext.BaseDirectory));

    /// <summary>A command ends where the shell ends it, or at a comment.</summary>
    [GeneratedRegex(@"(?<![\w./-])straum (?<line>[a-z][^;|&#()]*)")]
    private static partial Regex Command();

    [GeneratedRegex(@"(?<![\w./-])straum(?: (?<word>[a-z]+(?:-[a-z]+)*)\b)+")]
    private static partial Regex Mention();

    [GeneratedRegex(@"(?<![\w./{-])(?:node|kubernetes|routing|ipv4|ipv6|masquerade|socketLB|ipam|pods|cni|paths|tables|log)\.[a-z][A-Za-z0-9.]*(?![\w/-])")]
    private static partial Regex Key();

    [GeneratedRegex(@"(?<![\w.])(?:kubernetes|routing|masquerade|socketLB|ipam|pods|cni|tables|log): \{[^{}]*\}")]
    private static partial Regex Flow();

    [GeneratedRegex(@"(?<![\w./])net\.[a-z0-9_]+\.[A-Za-z0-9_.]*[A-Za-z0-9_]")]
    private static partial Regex Setting();

    [GeneratedRegex(@"\$?""(?<text>(?:\\.|[^""\\])*)""")]
    private static partial Regex Literal();

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Hole();
}
