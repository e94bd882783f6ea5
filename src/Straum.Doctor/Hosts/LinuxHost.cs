using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Straum.Doctor.Checks.Cluster;
using Straum.Doctor.Checks.Network;
using Straum.Doctor.Measuring;
using Straum.Linux;
using Straum.Linux.Bpf;

namespace Straum.Doctor.Hosts;

/// <summary>This machine.</summary>
public sealed class LinuxHost : IHost, IDisposable
{
    private static readonly string[] ToolDirectories =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/sbin", "/sbin"];

    /// <summary>Twice this is within the time that a check has which needs the pods: one that hangs costs their names, not the checks.</summary>
    private static readonly TimeSpan NamePatience = TimeSpan.FromSeconds(4);

    private readonly LinuxNetwork _network;
    private readonly Lazy<IReadOnlyList<PodNetwork>> _pods;
    private readonly Lazy<IReadOnlyList<string>> _agentUplinks;

    /// <param name="options">What the user said.</param>
    /// <param name="within">The namespace of a lab's node, which this object then owns; null for the calling thread's.</param>
    public LinuxHost(DoctorOptions options, NetworkNamespace? within = null)
    {
        Options = options;
        _network = new LinuxNetwork(within ?? NetworkNamespace.Current());
        _agentUplinks = new Lazy<IReadOnlyList<string>>(() => AgentReport.Uplinks(AskAgentOrNull("status")));
        _pods = new Lazy<IReadOnlyList<PodNetwork>>(
            () => PodFinder.Find(_network.Namespace, Uplinks.Outward(this), AgentReport.PodNames(AskAgentOrNull("pods"))));
    }

    public INetwork Network => _network;

    public IReadOnlyList<PodNetwork> Pods => _pods.Value;

    public IReadOnlyList<string> AgentUplinks => _agentUplinks.Value;

    public DoctorOptions Options { get; }

    public int Cpus => OnlineCpus.Count();

    /// <summary>How long one who listens has for an answer. A test has none.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    public IReadOnlyList<MountPoint> Mounts => Straum.Linux.Mounts.List();

    public string? ReadText(string path) => ReadFile(path);

    public IReadOnlyList<string>? ListDirectory(string path) =>
        Directory.Exists(path) ? [.. new DirectoryInfo(path).EnumerateFileSystemInfos().Select(static f => f.Name).Order(StringComparer.Ordinal)] : null;

    public string? ResolvePath(string path)
    {
        FileSystemInfo info = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        return info.Exists ? info.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? info.FullName : null;
    }

    public FeatureSupport Probe(Feature feature) => feature.State;

    public FileSystemSpace? FreeSpace(string path) => FileSystemSpace.Read(path);

    public async Task<ToolOutput?> RunToolAsync(string tool, IReadOnlyList<string> arguments, CancellationToken stop)
    {
        if (Array.Find(ToolDirectories, d => File.Exists(Path.Combine(d, tool))) is not { } directory)
        {
            return null;
        }
        using var process = _network.Namespace.Run(() => Process.Start(new ProcessStartInfo(Path.Combine(directory, tool), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }))!;
        process.StandardInput.Close();
        try
        {
            var error = process.StandardError.ReadToEndAsync(stop);
            var output = await process.StandardOutput.ReadToEndAsync(stop).ConfigureAwait(false);
            await process.WaitForExitAsync(stop).ConfigureAwait(false);
            return new ToolOutput(process.ExitCode, output, await error.ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    /// <summary>Loopback is each namespace's own.</summary>
    public Task<string?> GetAsync(Uri page, CancellationToken stop)
    {
        var to = new IPEndPoint(IPAddress.Parse(page.Host), page.Port);
        return GetAsync(_network.Namespace.Run(() => new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp)), to, page, stop);
    }

    public Task<string?> AskAgentAsync(string resource, CancellationToken stop) => File.Exists(Options.AgentSocket)
        ? GetAsync(
            new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(Options.AgentSocket),
            new Uri("http://straum" + (resource.StartsWith('/') ? resource : "/v1/" + resource)), stop)
        : Task.FromResult<string?>(null);

    public Task<SyncMeasurement> MeasureSyncAsync(string directory, SyncPattern pattern, CancellationToken stop) =>
        Task.Run(() => SyncProbe.Run(directory, pattern, stop), stop);

    public Task PauseAsync(TimeSpan time, CancellationToken stop) => Task.Delay(time, stop);

    public void Dispose()
    {
        if (_pods.IsValueCreated)
        {
            foreach (var pod in _pods.Value)
            {
                ((LinuxNetwork)pod.Network).Dispose();
            }
        }
        _network.Dispose();
    }

    /// <summary>Null for what is not there. Files of devices that have no such value answer EINVAL or ENODEV, which means the same.</summary>
    internal static string? ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (IOException e) when ((Errno)e.HResult is Errno.EINVAL or Errno.ENODEV or Errno.ESRCH or Errno.EOPNOTSUPP)
        {
            return null;
        }
    }

    private async Task<string?> GetAsync(Socket socket, EndPoint to, Uri page, CancellationToken stop)
    {
        using var connection = socket;
        try
        {
            // Before the clock runs. On its own machine a refusal is there at once, but a busy one takes seconds to start an HTTP
            // client, and a refusal that the client tells after its time is over counts as no answer.
            await socket.ConnectAsync(to, stop).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode is SocketError.ConnectionRefused ? null : throw new IOException($"connect to {to}: {e.Message}", e);
        }
        using var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            // What is under way is cancelled by closing it.
            ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(new NetworkStream(socket, ownsSocket: true)),
        })
        { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(page, stop).ConfigureAwait(false);
            answer.EnsureSuccessStatusCode();
            return await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"{page}: no answer within {Patience.TotalSeconds:0} s"), e);
        }
    }

    /// <summary>For what is only better known with an agent; that none answers is what a check of its own reports.</summary>
    private string? AskAgentOrNull(string resource)
    {
        try
        {
            using var limit = new CancellationTokenSource(NamePatience);
            return AskAgentAsync(resource, limit.Token).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }
}
