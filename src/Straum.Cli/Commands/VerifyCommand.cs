using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using Straum.Agent.Configuration;
using Straum.Cli.Terminal;
using Straum.Datapath.Programs;
using Straum.Linux;
using Straum.Linux.Bpf;

namespace Straum.Cli.Commands;

/// <summary>
/// <c>straum verify</c>: whether this kernel takes the programs, before an agent depends on it. Loads each of them, attaches none and
/// leaves nothing behind. Exit code 1 when one is refused. JSON: <see cref="ProgramReport"/> per program.
/// </summary>
internal static partial class VerifyCommand
{
    private static readonly Option<string?> Objects = new("--objects")
    {
        Description = "The folder of the compiled BPF objects; without it, bpf next to the program",
        HelpName = "directory",
    };

    private static readonly OutputOption Output = new();

    public static Command Create()
    {
        var command = new Command("verify", "Ask this kernel's verifier about every program, without attaching any (as root)") { Objects, Output };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parse)
    {
        var directory = parse.GetValue(Objects) ?? Path.Combine(ConfigEnvironment.OfProcess.ProgramFolder, "bpf");
        // The other variant is the same but for one path; it is worth a line only when the kernel minds.
        var verdicts = Judge(directory, upgrading: false)
            .Concat(Judge(directory, upgrading: true).Where(v => v.Refusal is not null).Select(v => v with { Program = v.Program + " while upgrading" }));
        var reports = verdicts.Select(v =>
            new ProgramReport(v.Program, v.Refusal is null, v.Refusal, v.Instructions, v.StackBytes, v.Size, v.Took.TotalMilliseconds)).ToList();
        if (reports.Count == 0)
        {
            throw new CommandFault($"verify {directory}", "there is no program in it", "name the folder of the *.bpf.o files with --objects");
        }
        if (Output.IsJson(parse))
        {
            parse.InvocationConfiguration.Output.WriteLine(JsonSerializer.Serialize(reports, ReportJson.Default.ListProgramReport));
        }
        else
        {
            Draw(Screen.For(parse), reports);
        }
        return reports.TrueForAll(r => r.Accepted) ? ExitCode.Ok : ExitCode.Problem;
    }

    private static IReadOnlyList<VerifierVerdict> Judge(string directory, bool upgrading)
    {
        try
        {
            return VerifierCheck.Run(directory, upgrading);
        }
        catch (LinuxException e)
        {
            throw new CommandFault("verify", e.Message, inner: e);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new CommandFault($"verify {directory}", "there is no such folder", "name it with --objects", inner: e);
        }
    }

    private static void Draw(IAnsiConsole screen, List<ProgramReport> reports)
    {
        var table = Screen.Columns("PROGRAM", "VERDICT", "INSTRUCTIONS", "STACK", "BYTES", "TOOK");
        foreach (var report in reports)
        {
            table.AddRow([.. new[]
            {
                report.Program, report.Refusal ?? "accepted", report.Instructions.ToString(), report.StackBytes.ToString(), report.Bytes.ToString(),
                $"{report.TookMilliseconds:0.0} ms",
            }.Select(Markup.Escape)]);
        }
        screen.Write(table);
    }

    /// <param name="Program">As in the objects: uplink_in; "uplink_in while upgrading" when only that variant is refused.</param>
    /// <param name="Accepted">Whether this kernel takes it.</param>
    /// <param name="Refusal">The verifier's complaint; absent when it took the program.</param>
    /// <param name="Instructions">That the verifier walked through, on all paths.</param>
    /// <param name="StackBytes">Of the program and its subprograms.</param>
    /// <param name="Bytes">Of the program in the kernel; 0 when another one of its object was refused.</param>
    /// <param name="TookMilliseconds">The verifier's time.</param>
    private sealed record ProgramReport(string Program, bool Accepted, string? Refusal, int Instructions, int StackBytes, int Bytes, double TookMilliseconds);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonSerializable(typeof(List<ProgramReport>))]
    private sealed partial class ReportJson : JsonSerializerContext;
}
