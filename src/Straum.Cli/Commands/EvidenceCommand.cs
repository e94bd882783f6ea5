using System.CommandLine;
using System.Globalization;
using System.Reflection;
using Straum.Cli.Agents;
using Straum.Cli.Doctor;
using Straum.Cli.Terminal;
using Straum.Doctor;
using Straum.Doctor.Evidence;
using Straum.Doctor.Hosts;

namespace Straum.Cli.Commands;

/// <summary><c>straum report</c>: one archive for whoever helps, with the doctor's report, tables and logs, secrets redacted.</summary>
internal static class EvidenceCommand
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly Option<string?> File = new("--file", "-f") { Description = "Write here instead of straum-report-HOST-TIME.tar.gz in this directory", HelpName = "file" };
    private static readonly Option<string?> Node = new("--node", "-n") { Description = "Of this node of the lab", HelpName = "name" };

    public static Command Create()
    {
        var command = new Command("report", "Write one archive with the doctor's report, tables and logs; secrets are taken out") { File, Node };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken stop)
    {
        var node = parse.GetValue(Node);
        using var host = ExaminedHost.Open(node, new DoctorOptions());
        // What loads the host has no place in a report that is made while something is wrong.
        var checks = CheckSelection.Everything.From(Catalogue.All).Select(static c => (c.Check, c.Runs && !c.Check.Disturbs)).ToList();
        var report = await new Examination(host, new DoctorProgress(parse.InvocationConfiguration.Error)).RunAsync(checks, stop);
        var path = parse.GetValue(File) ?? string.Create(CultureInfo.InvariantCulture, $"straum-report-{node ?? report.Host}-{report.Time:yyyyMMdd'T'HHmmss}.tar.gz");
        try
        {
            await using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
            var manifest = await new EvidenceArchive(host).WriteAsync(file, report, VersionOf(), stop);
            await parse.InvocationConfiguration.Output.WriteLineAsync($"{path}: {SourcesOf(manifest)}, {report.Count(Verdict.Fail)} failed checks, {report.Count(Verdict.Warn)} to watch; look through it before you send it");
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFault($"write {path}", e.Message, "choose another place with --file", inner: e);
        }
    }

    private static string SourcesOf(IReadOnlyList<EvidenceEntry> manifest) =>
        manifest.Where(static e => e.Missing).Select(static e => e.Name).ToList() is { Count: > 0 } missing
            ? $"{manifest.Count - missing.Count} of {manifest.Count} sources ({string.Join(", ", missing)} missing, MANIFEST.txt says why)"
            : $"{manifest.Count} sources";

    private static string VersionOf() => Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
}
