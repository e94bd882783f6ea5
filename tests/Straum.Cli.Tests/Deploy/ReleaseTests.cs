using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Straum.Cli.Tests.Deploy;

/// <summary>The archives of <c>make image</c> and <c>make package</c>: what comes out of them runs, and the same comes out twice.</summary>
public sealed partial class ReleaseTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("straum-t-").FullName;

    public ReleaseTests() => Assert.SkipUnless(
        Environment.GetEnvironmentVariable("STRAUM_TEST_LONG") is "1", "the archives are made by make test-long: the image needs packages from a Debian mirror");

    public void Dispose()
    {
        Shell($"umount -R {_directory}/proc {_directory}/sys 2>/dev/null");
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Image_Unpacked_RunsInAPlainChroot()
    {
        var archive = Make("image", "build/straum-*-oci.tar");
        foreach (var layer in LayersOf(archive))
        {
            // Not by TarFile: it refuses links that lead out of where they are unpacked, and an image is full of them.
            var packed = Path.Combine(_directory, "layer.tar");
            File.WriteAllBytes(packed, layer);
            Shell($"tar -xf {packed} -C {_directory}").Code.ShouldBe(0);
        }
        foreach (var mount in (string[])["proc", "sys"])
        {
            Shell($"mount --rbind /{mount} {_directory}/{mount} && mount --make-rslave {_directory}/{mount}").Code.ShouldBe(0);
        }
        Shell($"chroot {_directory} /opt/straum/straum agent --help").Output.ShouldContain("--config");
        var verify = Shell($"chroot {_directory} /opt/straum/straum verify");
        verify.Code.ShouldBe(0, verify.Output);
        File.Exists(Path.Combine(_directory, "bin/sh")).ShouldBeFalse();
        Directory.GetFiles(Path.Combine(_directory, "var/lib/dpkg/status.d")).ShouldContain(file => file.EndsWith("/libbpf1"));
    }

    [Theory]
    [InlineData("image", "build/straum-*-oci.tar")]
    [InlineData("package", "build/straum-*-linux-x64.tar.gz")]
    public void Archive_MadeTwice_IsTheSame(string target, string pattern)
    {
        var first = SHA256.HashData(File.ReadAllBytes(Make(target, pattern)));
        SHA256.HashData(File.ReadAllBytes(Make(target, pattern))).ShouldBe(first);
    }

    [Fact]
    public void Package_Unpacked_HasAllThatTheUnitAndTheGuideName()
    {
        var root = UnpackPackage();
        foreach (var file in (string[])["straum.service", "straum.yaml", "manifests/nodes.yaml", "straum-cni", "docs/guide/install.md", "LICENSE", "bpf/pod.bpf.o"])
        {
            File.Exists(Path.Combine(root, file)).ShouldBeTrue(file);
        }
        Shell($"{root}/straum verify").Code.ShouldBe(0);
        Shell($"{root}/straum config check {root}/straum.yaml").Code.ShouldBe(0);
        Shell($"mkdir {_directory}/bin && {root}/straum install-cni --bin-dir {_directory}/bin").Code.ShouldBe(0);
    }

    [Fact]
    public void Package_Unpacked_HasWhatTheLinksOfItsDocumentsLeadTo()
    {
        var root = UnpackPackage();
        var links = Directory.GetFiles(root, "*.md", SearchOption.AllDirectories)
            .SelectMany(static file => RelativeLink().Matches(File.ReadAllText(file)).Select(link => (File: file, Target: link.Groups[1].Value))).ToList();
        links.ShouldNotBeEmpty();
        links.Where(static link => !Path.Exists(Path.Combine(Path.GetDirectoryName(link.File)!, link.Target)))
            .Select(link => $"{Path.GetRelativePath(root, link.File)}: {link.Target}").ShouldBeEmpty();
    }

    // The path of a Markdown link that leads neither to another host nor to a heading of the same document.
    [GeneratedRegex(@"\]\((?![a-z]+:|#)([^)#\s]+)")]
    private static partial Regex RelativeLink();

    private string UnpackPackage()
    {
        using var content = new GZipStream(File.OpenRead(Make("package", "build/straum-*-linux-x64.tar.gz")), CompressionMode.Decompress);
        TarFile.ExtractToDirectory(content, _directory, overwriteFiles: false);
        return Directory.GetDirectories(_directory).ShouldHaveSingleItem();
    }

    private static string Make(string target, string pattern)
    {
        var made = Shell($"cd {Deployment.Root} && tools/{target}.sh");
        made.Code.ShouldBe(0, made.Output);
        return Directory.GetFiles(Path.Combine(Deployment.Root, "build"), Path.GetFileName(pattern)).ShouldHaveSingleItem();
    }

    /// <summary>The layers of an OCI archive with one image, unpacked.</summary>
    private static IEnumerable<byte[]> LayersOf(string archive)
    {
        var blobs = new Dictionary<string, byte[]>();
        using (var reader = new TarReader(File.OpenRead(archive)))
        {
            while (reader.GetNextEntry(copyData: true) is { } entry)
            {
                if (entry.DataStream is { } data)
                {
                    var bytes = new byte[data.Length];
                    data.ReadExactly(bytes);
                    blobs[Path.GetFileName(entry.Name)] = bytes;
                }
            }
        }
        var manifest = JsonNode.Parse(Blob(JsonNode.Parse(blobs["index.json"])!["manifests"]![0]!))!;
        foreach (var layer in manifest["layers"]!.AsArray())
        {
            using var unpacked = new MemoryStream();
            using var packed = new GZipStream(new MemoryStream(Blob(layer!)), CompressionMode.Decompress);
            packed.CopyTo(unpacked);
            yield return unpacked.ToArray();
        }

        byte[] Blob(JsonNode descriptor) => blobs[((string)descriptor["digest"]!)["sha256:".Length..]];
    }

    private static (int Code, string Output) Shell(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", command + " 2>&1"]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
