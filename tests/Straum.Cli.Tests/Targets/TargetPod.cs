using System.Diagnostics;
using System.Net;
using Straum.Agent.LocalApi;
using Straum.Agent.Tests.LocalApi;
using Straum.Linux;
using Straum.Testing;

namespace Straum.Cli.Tests.Targets;

/// <summary>
/// A namespace with an address of its own, a process in it, and an agent that calls it default/web-1. The program is run as
/// users do, because its input and output are the point.
/// </summary>
public sealed class TargetPod : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("straum-t-").FullName;
    private readonly TestNamespace _space = new();
    private LocalApiServer? _server;

    public const string Address = "192.0.2.77";

    public string Socket => Path.Combine(_folder, "agent.sock");

    public NetworkNamespace Namespace => _space;

    /// <summary>Lives in the namespace until the test ends.</summary>
    public NamespacedProcess Process { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var lo = _space.Net.Links.Get("lo");
        _space.Net.Addresses.Add(lo.Index, IPAddress.Parse(Address), 32);
        Process = NamespacedProcess.Start(_space, new ProcessSpec { FileName = "sleep", Arguments = ["infinity"] });
        _server = await LocalApiServer.StartAsync(Socket, new FakeAgentState("n1") { PodNamespace = _space.Namespace.Path }, stop: TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        Process.Kill();
        await Process.WaitForExitAsync();
        Process.Dispose();
        _space.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The built program, started and not waited for.</summary>
    public Process Start(params IEnumerable<string> arguments) => System.Diagnostics.Process.Start(
        new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "straum"), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        })!;

    /// <summary>One run of the built program, with text on its input.</summary>
    internal async Task<CliRun> RunAsync(string input, params IEnumerable<string> arguments)
    {
        using var process = Start(arguments);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new CliRun(process.ExitCode, output, await error);
    }
}
