using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using Straum.Agent.Configuration.Import;
using Straum.Cli.Terminal;

namespace Straum.Cli.Commands;

/// <summary>
/// <c>straum import FILE…</c>: other programs' configuration to straum.yaml, with a report on every key. JSON:
/// <see cref="ImportResult"/>.
/// </summary>
internal static partial class ImportCommand
{
    private static readonly Argument<string[]> Files = new("file")
    {
        Description = "Cilium Helm values, KubeProxyConfiguration or sysctl.d files; - reads stdin",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string?> From = new("--from") { Description = "What the files are, if that is not recognised", HelpName = string.Join('|', ConfigImport.FormatNames.Select(static f => f.Name)) };
    private static readonly Option<string[]> Set = new("--set") { Description = "A Cilium Helm value, as `helm install --set` takes it", HelpName = "key=value" };
    private static readonly Option<string?> WriteTo = new("--write", "-w") { Description = "Write straum.yaml there instead of to stdout", HelpName = "file" };
    private static readonly Option<bool> Force = new("--force") { Description = "Overwrite the file of --write" };
    private static readonly Option<bool> Strict = new("--strict") { Description = "Exit code 1 unless every key was kept or changed; writes nothing then" };
    private static readonly OutputOption Output = new();

    public static Command Create()
    {
        From.AcceptOnlyFromAmong([.. ConfigImport.FormatNames.Select(static f => f.Name)]);
        Set.Validators.Add(static result =>
        {
            foreach (var part in result.Tokens.Select(static t => HelmSettings.FindMalformed(t.Value)).OfType<string>())
            {
                result.AddError($"--set '{part}': write KEY=VALUE");
            }
        });
        var command = new Command("import", "Turn the configuration of Cilium, kube-proxy or sysctl.d into straum.yaml")
        {
            Files, From, Set, WriteTo, Force, Strict, Output,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parse)
    {
        var result = Import(parse);
        var complete = result.Findings.All(static f => f.Verdict is ImportVerdict.Kept or ImportVerdict.Changed);
        var refused = parse.GetValue(Strict) && !complete;
        var target = refused ? null : parse.GetValue(WriteTo);
        if (target is not null)
        {
            Write(target, result.Yaml, parse.GetValue(Force));
        }
        var (output, error) = (parse.InvocationConfiguration.Output, parse.InvocationConfiguration.Error);
        if (Output.IsJson(parse))
        {
            output.WriteLine(JsonSerializer.Serialize(result, ImportJson.Default.ImportResult));
        }
        else
        {
            // The report goes wherever straum.yaml does not.
            var toFile = parse.GetValue(WriteTo) is not null;
            Draw(Screen.For(toFile ? output : error), result);
            if (!toFile && !refused)
            {
                output.Write(result.Yaml);
            }
        }
        return refused ? ExitCode.Problem : ExitCode.Ok;
    }

    private static ImportResult Import(ParseResult parse)
    {
        var sources = (parse.GetValue(Files) ?? []).Select(Read).ToList();
        var from = parse.GetValue(From);
        if (parse.GetValue(Set) is { Length: > 0 } settings)
        {
            sources.Insert(0, new ImportSource("--set", HelmSettings.ToYaml(settings), HasLines: false));
        }
        if (sources.Count == 0)
        {
            throw new CommandFault("import", "nothing to import", "name a file, or values with --set", ExitCode.Usage);
        }
        try
        {
            return ConfigImport.Run(sources, from);
        }
        catch (ImportException e)
        {
            throw new CommandFault($"import {e.Where}", e.Message,
                e.IsUnrecognised ? "--from says what it is: " + string.Join(", ", ConfigImport.FormatNames.Select(static f => f.Name)) : null, inner: e);
        }
    }

    private static ImportSource Read(string file) =>
        new(file is "-" ? "stdin" : file, UserFile.ReadText(file, "Cilium Helm values, a KubeProxyConfiguration or a file of sysctl.d"));

    private static void Write(string file, string yaml, bool force)
    {
        if (!force && File.Exists(file))
        {
            throw new CommandFault($"write {file}", "it is there already", "--force overwrites it");
        }
        using var writer = new StreamWriter(UserFile.Open(file, force ? FileMode.Create : FileMode.CreateNew));
        writer.Write(yaml);
    }

    private static void Draw(IAnsiConsole screen, ImportResult result)
    {
        var table = Screen.Columns("WHERE", "KEY", "VALUE", "VERDICT", "BECOMES", "WHY");
        table.Columns[^1].NoWrap = false;
        foreach (var f in result.Findings)
        {
            table.AddRow([.. new[] { f.Where, f.Key, f.Value, Word(f.Verdict), f.Becomes ?? "", f.Why }.Select(Markup.Escape)]);
        }
        screen.Write(table);
        var counts = result.Findings.GroupBy(static f => f.Verdict).OrderBy(static g => g.Key).Select(static g => $"{g.Count()} {Word(g.Key)}");
        screen.WriteLine($"{result.Findings.Count} keys: {string.Join(", ", counts)}");
    }

    private static string Word(ImportVerdict verdict) => verdict switch
    {
        ImportVerdict.Kept => "kept",
        ImportVerdict.Changed => "changed",
        ImportVerdict.NotServed => "not served yet",
        ImportVerdict.Refused => "refused",
        _ => "unknown",
    };

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonSerializable(typeof(ImportResult))]
    private sealed partial class ImportJson : JsonSerializerContext;
}
