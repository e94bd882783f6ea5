using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Straum.Cli.Terminal;

namespace Straum.Cli.Tests.Commands;

/// <summary><c>straum apiserver</c> as a process: its options, its clean end, and what a kill -9 leaves.</summary>
public sealed partial class ApiServerCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("straum-t-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("--data-dir is required")]
    [InlineData("the API server listens on loopback only", "--data-dir", "d", "--listen", "0.0.0.0:6443")]
    [InlineData("not ADDR:PORT", "--data-dir", "d", "--listen", "nonsense")]
    [InlineData("'10.96.0.0' is not a CIDR range", "--data-dir", "d", "--service-cidr", "10.96.0.0")]
    [InlineData("no controller is called nonsense", "--data-dir", "d", "--controllers", "*,-nonsense")]
    public async Task Options_ThatAreWrong_AreRefusedWithAReason(string expected, params string[] arguments)
    {
        var run = await CliRun.Of(["apiserver", .. arguments]);
        run.ExitCode.ShouldBe(ExitCode.Usage);
        run.Error.ShouldContain(expected.Replace(" is required", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_InANamespaceThatIsNotThere_FailsAndSaysSo()
    {
        var run = await CliRun.Of("apiserver", "--data-dir", _directory, "--listen", "netns:straum-t-none/10.0.0.1:6443");
        run.ExitCode.ShouldBe(ExitCode.Problem);
        run.Error.ShouldContain("straum: start the API server: listen on netns:straum-t-none/10.0.0.1:6443:");
    }

    [Fact]
    public async Task Terminate_Always_EndsCleanlyAlsoWithAnOpenWatch()
    {
        using var server = await StartAsync();
        using var client = Connect();
        using var watch = await client.GetAsync("/api/v1/namespaces?watch=1", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using (var kill = Process.Start("kill", ["-TERM", server.Id.ToString()]))
        {
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        await server.WaitForExitAsync(patience.Token);
        server.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Kill9_UnderWrites_LosesNothingAcknowledgedAndRevisionsGoOn()
    {
        var acknowledged = new ConcurrentDictionary<string, long>();
        for (var round = 0; round < 3; round++)
        {
            using var server = await StartAsync();
            using var client = Connect();
            var writers = Enumerable.Range(0, 4).Select(writer => WriteUntilKilledAsync(client, $"r{round}-w{writer}", acknowledged)).ToList();
            var enough = acknowledged.Count + 100;
            while (acknowledged.Count < enough && !writers.TrueForAll(w => w.IsCompleted))
            {
                await Task.WhenAny(writers.Append(Task.Delay(10, TestContext.Current.CancellationToken)));
            }
            server.Kill();
            await server.WaitForExitAsync(TestContext.Current.CancellationToken);
            await Task.WhenAll(writers);
        }
        acknowledged.Count.ShouldBeGreaterThanOrEqualTo(300);
        using (var last = await StartAsync())
        using (var client = Connect())
        {
            var list = JsonNode.Parse(await client.GetStringAsync("/api/v1/namespaces/default/configmaps", TestContext.Current.CancellationToken))!;
            var stored = list["items"]!.AsArray().ToDictionary(
                item => item!["metadata"]!["name"]!.GetValue<string>(), item => long.Parse(item!["metadata"]!["resourceVersion"]!.GetValue<string>()));
            foreach (var (name, revision) in acknowledged)
            {
                stored.ShouldContainKeyAndValue(name, revision);
            }
            long.Parse(list["metadata"]!["resourceVersion"]!.GetValue<string>()).ShouldBeGreaterThanOrEqualTo(acknowledged.Values.Max());
            acknowledged.Values.ShouldBeUnique();
            last.Kill();
            await last.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private static async Task WriteUntilKilledAsync(HttpClient client, string prefix, ConcurrentDictionary<string, long> acknowledged)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                using var body = new StringContent($"{{\"metadata\":{{\"name\":\"{prefix}-{i}\"}}}}", Encoding.UTF8, "application/json");
                using var response = await client.PostAsync("/api/v1/namespaces/default/configmaps", body);
                response.EnsureSuccessStatusCode();
                var created = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
                acknowledged[$"{prefix}-{i}"] = long.Parse(created["metadata"]!["resourceVersion"]!.GetValue<string>());
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                return;
            }
        }
    }

    private async Task<Process> StartAsync()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "straum")) { RedirectStandardOutput = true };
        foreach (var argument in (string[])["apiserver", "--data-dir", _directory, "--listen", "127.0.0.1:0", "--controllers", "namespace"])
        {
            start.ArgumentList.Add(argument);
        }
        var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        (await process.StandardOutput.ReadLineAsync(patience.Token)).ShouldNotBeNull().ShouldStartWith("straum apiserver: listening on 127.0.0.1:");
        return process;
    }

    // By the kubeconfig that was written, which is how anyone would.
    private HttpClient Connect()
    {
        var kubeconfig = File.ReadAllText(Path.Combine(_directory, "kubeconfig"));
        var authority = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(Convert.FromBase64String(Authority().Match(kubeconfig).Groups[1].Value)));
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { authority },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        var client = new HttpClient(handler)
        {
            BaseAddress = new Uri(Server().Match(kubeconfig).Groups[1].Value),
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token().Match(kubeconfig).Groups[1].Value);
        return client;
    }

    [GeneratedRegex(@"certificate-authority-data: (\S+)")]
    private static partial Regex Authority();

    [GeneratedRegex(@"server: (\S+)")]
    private static partial Regex Server();

    [GeneratedRegex(@"token: (\S+)")]
    private static partial Regex Token();
}
