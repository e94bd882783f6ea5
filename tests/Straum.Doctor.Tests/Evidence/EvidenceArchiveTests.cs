using System.Formats.Tar;
using System.IO.Compression;
using Straum.Doctor.Hosts;

namespace Straum.Doctor.Evidence;

public sealed class EvidenceArchiveTests
{
    private readonly SyntheticHost _host = new();

    [Fact]
    public async Task Archive_HasWhatTheHostHas_WithoutSecrets()
    {
        _host.Files["/etc/straum/straum.yaml"] = ["bgp:\n  password: hunter2\n"];
        _host.Files["/proc/version"] = ["Linux version 6.18\n"];
        _host.AgentReports["drops"] = """{"drops":[]}""";
        _host.Tools["ip rule"] = new ToolOutput(0, "0: from all lookup local\n", "");
        var files = await WriteAsync();
        files["agent/straum.yaml"].ShouldBe("bgp:\n  password: [redacted]\n");
        files["agent/drops.json"].ShouldBe("""{"drops":[]}""");
        files["network/rules"].ShouldStartWith("0: from all");
        files["doctor.json"].ShouldContain("\"checks\"");
        files.ShouldNotContainKey("agent/status.json");
    }

    [Fact]
    public async Task Manifest_NamesWhatIsMissingAndWhy()
    {
        _host.Files["/proc/cmdline"] = ["ro quiet"];
        _host.Refused.Add("/proc/cmdline");
        _host.Tools["ss -s"] = new ToolOutput(1, "", "Cannot open netlink socket\n");
        var files = await WriteAsync();
        files["MANIFEST.txt"].ShouldContain("agent/status.json: agent /v1/status: not on this host");
        files["MANIFEST.txt"].ShouldContain("host/cmdline: /proc/cmdline: Access to the path");
        files["network/sockets"].ShouldContain("exit code 1: Cannot open netlink socket");
    }

    [Fact]
    public void Names_AreThereOnce() => EvidenceArchive.Items.Select(static i => i.Name).ShouldBeUnique();

    private async Task<Dictionary<string, string>> WriteAsync()
    {
        using var bytes = new MemoryStream();
        var report = new DoctorReport("n1", "6.18", DateTimeOffset.UnixEpoch, TimeSpan.Zero, []);
        await new EvidenceArchive(_host).WriteAsync(bytes, report, "0.1.0", TestContext.Current.CancellationToken);
        bytes.Position = 0;
        var files = new Dictionary<string, string>();
        using var tar = new TarReader(new GZipStream(bytes, CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            using var text = new StreamReader(entry.DataStream!);
            files[entry.Name["straum-report/".Length..]] = text.ReadToEnd();
        }
        return files;
    }
}
