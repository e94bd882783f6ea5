using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using Straum.Cli.Terminal;
using Straum.Control.Tuning;
using Straum.Doctor.Tuning;
using Straum.Linux;

namespace Straum.Cli.Commands;

/// <summary>
/// <c>straum tune plan|apply|revert|status</c>: kernel settings of this host. JSON: <see cref="TunePlanReport"/> for the plan,
/// a list of <see cref="TuneResult"/> for the others.
/// </summary>
internal static partial class TuneCommand
{
    private static readonly Option<string> Profile = new("--profile")
    {
        Description = "safe raises ceilings; full also changes ports, timeouts and congestion control",
        HelpName = "safe|full",
        DefaultValueFactory = static _ => "safe",
    };

    private static readonly Option<string> Root = new("--root")
    {
        Description = "Where the host's file system is, when it is not /: a mount in a container",
        HelpName = "folder",
        DefaultValueFactory = static _ => "/",
    };

    private static readonly OutputOption Output = new();

    public static Command Create()
    {
        Profile.AcceptOnlyFromAmong("safe", "full");
        return new Command("tune", "Kernel settings of this host: what to change, why, and back again")
        {
            Sub("plan", "Show what apply would change, and why; changes nothing", Plan, Profile),
            Sub("apply", "Change what plan shows; remembers what was there", Apply, Profile),
            Sub("revert", "Put everything back that apply changed", Revert),
            Sub("status", "Whether what was applied is still in force; exit code 1 when it is not", Status),
        };
    }

    private static Command Sub(string name, string description, Func<ParseResult, Tuner, int> action, params ReadOnlySpan<Option> options)
    {
        var command = new Command(name, description) { Root, Output };
        foreach (var option in options)
        {
            command.Add(option);
        }
        command.SetAction(parse =>
        {
            var paths = new TunePaths(parse.GetRequiredValue(Root));
            UserFile.RequireDirectory($"tune {name}", paths.Root, "--root names the folder where the host's file system is");
            if (!File.Exists(paths.Memory))
            {
                throw new CommandFault($"tune {name}", $"{paths.Root} is no host's file system: there is no {paths.Memory}", "--root names the folder where the host's is, with its /proc");
            }
            if (NetworkOwner.WhyNotTheHosts(paths) is { } why)
            {
                throw new CommandFault($"tune {name}", why, "give the container the host's network: hostNetwork: true, or --network host");
            }
            try
            {
                return action(parse, Tuner.Of(paths));
            }
            catch (DamagedJournalException e)
            {
                throw new CommandFault($"tune {name}", e.Message, e.Fix, inner: e);
            }
            catch (Exception e) when (e is LinuxException or IOException or UnauthorizedAccessException)
            {
                throw new CommandFault($"tune {name}", UnexpectedFault.Why(e), UnexpectedFault.Fix(e), inner: e);
            }
        });
        return command;
    }

    private static TuningProfile ProfileOf(ParseResult parse) => parse.GetValue(Profile) is "full" ? TuningProfile.Full : TuningProfile.Safe;

    private static int Plan(ParseResult parse, Tuner tuner)
    {
        var steps = tuner.Plan(ProfileOf(parse));
        if (Output.IsJson(parse))
        {
            Write(parse, JsonSerializer.Serialize(TunePlanReport.Of(ProfileOf(parse), tuner.Facts, steps, tuner.Notes()), TuneJson.Default.TunePlanReport));
            return ExitCode.Ok;
        }
        DrawPlan(parse, steps);
        WriteNotes(parse, tuner);
        var changes = steps.Count(static s => s.Action == TuningAction.Change);
        var files = tuner.FilesToWriteAgain().Count;
        Write(parse, changes + files == 0 ? "nothing to change"
            : $"{(changes > 0 ? $"{changes}" : $"{files} file{(files == 1 ? "" : "s")}")} to change: straum tune apply --profile {parse.GetValue(Profile)}");
        return ExitCode.Ok;
    }

    private static int Apply(ParseResult parse, Tuner tuner)
    {
        var changes = tuner.Plan(ProfileOf(parse)).Where(static s => s.Action == TuningAction.Change).ToList();
        if (changes.Count + tuner.FilesToWriteAgain().Count > 0)
        {
            RequireRight("tune apply", tuner);
        }
        if (!Output.IsJson(parse))
        {
            DrawPlan(parse, changes);
            WriteNotes(parse, tuner);
        }
        var results = tuner.Apply(ProfileOf(parse));
        Report(parse, results, "nothing to change");
        return results.All(static r => r.IsRight) ? ExitCode.Ok : ExitCode.Problem;
    }

    private static int Revert(ParseResult parse, Tuner tuner)
    {
        RequireJournal("tune revert", tuner);
        if (tuner.IsApplied)
        {
            RequireRight("tune revert", tuner);
        }
        var results = tuner.Revert();
        Report(parse, results, "nothing was applied");
        return results.Where(static r => r.IsRefused).Select(static r => r.Key).ToList() is { Count: > 0 } refused
            ? throw new CommandFault("tune revert", $"not put back: {string.Join(", ", refused)}", "the rest is; revert tries these again")
            : ExitCode.Ok;
    }

    private static int Status(ParseResult parse, Tuner tuner)
    {
        RequireJournal("tune status", tuner);
        var results = tuner.Status();
        Report(parse, results, "nothing was applied");
        return results.All(static r => r.IsRight) ? ExitCode.Ok : ExitCode.Problem;
    }

    // Before a diff that promises something.
    private static void RequireRight(string command, Tuner tuner)
    {
        if (tuner.WhereNotAllowed() is { } folder)
        {
            throw new CommandFault(command, $"{folder} may not be written to", Environment.IsPrivilegedProcess ? "it is read-only: mount it writable, or run this on the host" : "run it as root");
        }
    }

    // "Nothing was applied" would be wrong, and what was there before is not known.
    private static void RequireJournal(string command, Tuner tuner)
    {
        if (tuner.Leftovers() is { Count: > 0 } files)
        {
            throw new CommandFault(command, $"{string.Join(" and ", files)} {(files.Count == 1 ? "has" : "have")} what straum tune apply wrote, but the journal with the values of before is gone",
                $"take out all from the line \"# Written by\" on ({string.Join("; ", files.Select(static f => $"sed -i '/^# Written by `straum tune/,$d' {f}"))}), and start the machine again: it then has its own values");
        }
    }

    private static void WriteNotes(ParseResult parse, Tuner tuner)
    {
        foreach (var note in tuner.Notes())
        {
            Write(parse, note);
        }
    }

    // A diff with its reasons, and then what is left alone.
    private static void DrawPlan(ParseResult parse, IReadOnlyList<TuningStep> steps)
    {
        var screen = Screen.For(parse);
        foreach (var step in steps.Where(static s => s.Action == TuningAction.Change))
        {
            screen.MarkupLineInterpolated($"[red]- {step.Setting.Key} = {step.Now}[/]");
            screen.MarkupLineInterpolated($"[green]+ {step.Setting.Key} = {step.Wanted}[/]");
            Detail("why", step.Setting.Reason);
            Detail("from", step.Setting.Source);
            Detail("for", step.Setting.Scope == SettingScope.Host ? "the host" : "the host; pods get it by pods.tuning in straum.yaml");
            Detail("instead of", step.Setting.Replaces);
        }
        var others = steps.Where(static s => s.Action != TuningAction.Change).ToList();
        if (others.Count == 0)
        {
            return;
        }
        var table = Screen.Columns("SETTING", "NOW", "WANTED", "LEFT ALONE");
        foreach (var step in others)
        {
            // A setting that is wanted at least so large may be larger.
            var verdict = step.Action != TuningAction.AsWanted ? "" : step.Now == step.Wanted ? "as wanted, " : "enough, ";
            table.AddRow([.. new[] { step.Setting.Key, step.Now ?? "-", step.Wanted, verdict + step.Why }.Select(Markup.Escape)]);
        }
        screen.Write(table);

        void Detail(string name, string? text)
        {
            if (text is not null)
            {
                screen.MarkupLineInterpolated($"    [dim]{name}:[/] {text}");
            }
        }
    }

    private static void Report(ParseResult parse, IReadOnlyList<TuneResult> results, string otherwise)
    {
        if (Output.IsJson(parse))
        {
            Write(parse, JsonSerializer.Serialize(results, TuneJson.Default.IReadOnlyListTuneResult));
            return;
        }
        if (results.Count == 0)
        {
            Write(parse, otherwise);
            return;
        }
        var table = Screen.Columns("SETTING", "BEFORE", "NOW", "WHAT");
        foreach (var result in results)
        {
            table.AddRow([.. new[] { result.Key, result.Before ?? "-", result.Now ?? "-", result.What }.Select(Markup.Escape)]);
        }
        Screen.For(parse).Write(table);
    }

    private static void Write(ParseResult parse, string line) => parse.InvocationConfiguration.Output.WriteLine(line);

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonSerializable(typeof(TunePlanReport))]
    [JsonSerializable(typeof(IReadOnlyList<TuneResult>))]
    private sealed partial class TuneJson : JsonSerializerContext;
}
