using System.Diagnostics;
using System.Globalization;
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
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3), AgentPatience = TimeSpan.FromSeconds(10);
    private static readonly string[] ToolDirectories =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/sbin", "/sbin"];

    private readonly LinuxNetwork _network;
    private readonly Lazy<IReadOnlyList<PodNetwork>> _pods;
    private readonly Lazy<IReadOnlyList<string>> _agentUplinks;
    private readonly HttpClient _http, _agent;

    /// <param name="options">What the user said.</param>
    /// <param name="within">The namespace of a lab's node, which this object then owns; null for the calling thread's.</param>
    public LinuxHost(DoctorOptions options, NetworkNamespace? within = null)
    {
        Options = options;
        _network = new LinuxNetwork(within ?? NetworkNamespace.Current());
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = ConnectLocalAsync }) { Timeout = Patience };
        _agent = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = ConnectAgentAsync }) { Timeout = AgentPatience };
        _agentUplinks = new Lazy<IReadOnlyList<string>>(() => AgentReport.Uplinks(AskAgentOrNull("status")));
        _pods = new Lazy<IReadOnlyList<PodNetwork>>(
            () => PodFinder.Find(_network.Namespace, Uplinks.Outward(this), AgentReport.PodNames(AskAgentOrNull("pods"))));
    }

    public INetwork Network => _network;

    public IReadOnlyList<PodNetwork> Pods => _pods.Value;

    public IReadOnlyList<string> AgentUplinks => _agentUplinks.Value;

    public DoctorOptions Options { get; }

    public int Cpus => Environment.ProcessorCount;

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

    public (long Free, long Size)? FreeSpace(string path) =>
        Directory.Exists(path) && new DriveInfo(path) is var drive ? (drive.AvailableFreeSpace, drive.TotalSize) : null;

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

    public Task<string?> GetAsync(Uri page, CancellationToken stop) => GetAsync(_http, page, stop);

    public Task<string?> AskAgentAsync(string resource, CancellationToken stop) =>
        File.Exists(Options.AgentSocket) ? GetAsync(_agent, new Uri("http://straum" + (resource.StartsWith('/') ? resource : "/v1/" + resource)), stop) : Task.FromResult<string?>(null);

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
        _agent.Dispose();
        _http.Dispose();
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

    private static async Task<string?> GetAsync(HttpClient client, Uri page, CancellationToken stop)
    {
        try
        {
            using var answer = await client.GetAsync(page, stop).ConfigureAwait(false);
            answer.EnsureSuccessStatusCode();
            return await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
        {
            return null;
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"{page}: no answer within {client.Timeout.TotalSeconds:0} s"), e);
        }
    }

    /// <summary>Loopback is each namespace's own.</summary>
    private ValueTask<Stream> ConnectLocalAsync(SocketsHttpConnectionContext context, CancellationToken stop) =>
        ConnectAsync(_network.Namespace.Run(static () => new Socket(SocketType.Stream, ProtocolType.Tcp)), context.DnsEndPoint, stop);

    private ValueTask<Stream> ConnectAgentAsync(SocketsHttpConnectionContext context, CancellationToken stop) =>
        ConnectAsync(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(Options.AgentSocket), stop);

    private static async ValueTask<Stream> ConnectAsync(Socket socket, System.Net.EndPoint to, CancellationToken stop)
    {
        try
        {
            await socket.ConnectAsync(to, stop).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>For what is only better known with an agent; that none answers is what a check of its own reports.</summary>
    private string? AskAgentOrNull(string resource)
    {
        try
        {
            return AskAgentAsync(resource, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return null;
        }
    }
}
