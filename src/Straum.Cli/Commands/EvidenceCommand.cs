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
    private const string StandardOutput = "-";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly Option<string?> File = new("--file", "-f") { Description = "Write here instead of straum-report-HOST-TIME.tar.gz in this directory; - for the standard output", HelpName = "file" };
    private static readonly Option<string?> Node = new("--node", "-n") { Description = "Of this node of the lab", HelpName = "name" };

    public static Command Create()
    {
        var command = new Command("report", "Write one archive with the doctor's report, tables and logs; secrets are taken out") { File, Node };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken stop)
    {
        using var host = ExaminedHost.Open(parse.GetValue(Node), new DoctorOptions());
        var path = parse.GetValue(File) ?? string.Create(CultureInfo.InvariantCulture, $"straum-report-{Examination.NameOf(host)}-{DateTime.UtcNow:yyyyMMdd'T'HHmmss}.tar.gz");
        var (output, error) = (parse.InvocationConfiguration.Output, parse.InvocationConfiguration.Error);
        // Before the checks: whoever cannot write here learns it at once.
        await using var archive = Create(path);
        try
        {
            // What loads the host has no place in a report that is made while something is wrong.
            var checks = CheckSelection.Everything.From(Catalogue.All).Select(static c => (c.Check, c.Runs && !c.Check.Disturbs)).ToList();
            var report = await new Examination(host, new DoctorProgress(error)).RunAsync(checks, stop);
            var manifest = await new EvidenceArchive(host).WriteAsync(archive, report, VersionOf(), stop);
            await (path is StandardOutput ? error : output).WriteLineAsync(
                $"{(path is StandardOutput ? "report" : path)}: {SourcesOf(manifest)}, {report.Count(Verdict.Fail)} failed checks, {report.Count(Verdict.Warn)} to watch; look through it before you send it");
            return ExitCode.Ok;
        }
        catch (Exception e)
        {
            if (path is not StandardOutput)
            {
                System.IO.File.Delete(path);
            }
            if (e is IOException)
            {
                throw new CommandFault($"write {path}", UserFile.Reason(e), "choose another place with --file", inner: e);
            }
            throw;
        }
    }

    /// <summary>A new file, so that nothing is overwritten and no link followed: the name can be guessed and the writer is root.</summary>
    private static Stream Create(string path)
    {
        if (path is StandardOutput)
        {
            return Console.IsOutputRedirected ? Console.OpenStandardOutput()
                : throw new CommandFault("report", "an archive cannot be read on a terminal", "straum report --file - > report.tar.gz", ExitCode.Usage);
        }
        return UserFile.Open(path, FileMode.CreateNew, OwnerOnly);
    }

    private static string SourcesOf(IReadOnlyList<EvidenceEntry> manifest) =>
        manifest.Where(static e => e.Missing).Select(static e => e.Name).ToList() is { Count: > 0 } missing
            ? $"{manifest.Count - missing.Count} of {manifest.Count} sources ({string.Join(", ", missing)} missing, MANIFEST.txt says why)"
            : $"{manifest.Count} sources";

    private static string VersionOf() => Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
}
