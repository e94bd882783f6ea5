using Straum.Doctor.Measuring;
using Straum.Linux;
using Straum.Linux.Bpf;

namespace Straum.Doctor.Hosts;

/// <summary>
/// A machine that is written down. A file may have several contents, one for each pause that was made before it is read: a
/// counter before and after. The last content stays.
/// </summary>
internal sealed class SyntheticHost : IHost
{
    private int _pauses;

    public SyntheticHost() => Own = new SyntheticNetwork(() => _pauses);

    /// <summary>Files of the machine, those of its network namespace too.</summary>
    public Dictionary<string, string[]> Files => Own.Files;

    public HashSet<string> Refused => Own.Refused;

    public Dictionary<string, string> Links { get; } = [];

    public Dictionary<string, ToolOutput> Tools { get; } = [];

    public Dictionary<string, string[]> Pages { get; } = [];

    /// <summary>Pages of those who answer in another way than in HTTP.</summary>
    public HashSet<string> OtherWays { get; } = [];

    public Dictionary<string, string> AgentReports { get; } = [];

    public Dictionary<string, FeatureSupport> Unsupported { get; } = [];

    public Dictionary<string, FileSystemSpace> Space { get; } = [];

    public SyncMeasurement? Sync { get; set; }

    public SyncPattern? AskedPattern { get; private set; }

    public SyntheticNetwork Own { get; }

    public INetwork Network => Own;

    public List<PodNetwork> PodList { get; } = [];

    public IReadOnlyList<PodNetwork> Pods => PodList;

    public IReadOnlyList<string> AgentUplinks => Checks.Cluster.AgentReport.Uplinks(AgentReports.GetValueOrDefault("status"));

    public DoctorOptions Options { get; set; } = new();

    public int Cpus { get; set; } = 4;

    public List<MountPoint> MountList { get; } = [];

    public IReadOnlyList<MountPoint> Mounts => MountList;

    /// <summary>A pod whose eth0 is paired with lxc-name.</summary>
    public SyntheticNetwork AddPod(string name)
    {
        var network = new SyntheticNetwork(() => _pauses);
        PodList.Add(new PodNetwork(name, $"/run/netns/{name}", 0, "lxc" + PodList.Count, "eth0", network));
        return network;
    }

    public string? ReadText(string path) => Own.ReadText(path);

    public IReadOnlyList<string>? ListDirectory(string path)
    {
        var prefix = path + "/";
        var names = Files.Keys.Concat(Links.Keys).Where(f => f.StartsWith(prefix, StringComparison.Ordinal))
            .Select(f => f[prefix.Length..].Split('/')[0]).Distinct().Order(StringComparer.Ordinal).ToList();
        return names.Count == 0 ? null : names;
    }

    public string? ResolvePath(string path) => Links.GetValueOrDefault(path) ?? (Files.ContainsKey(path) || ListDirectory(path) is not null ? path : null);

    public FeatureSupport Probe(Feature feature) => Unsupported.GetValueOrDefault(feature.Name, FeatureSupport.Supported);

    public FileSystemSpace? FreeSpace(string path) => Space.TryGetValue(path, out var space) ? space : null;

    public Task<ToolOutput?> RunToolAsync(string tool, IReadOnlyList<string> arguments, CancellationToken stop) =>
        Task.FromResult(Tools.GetValueOrDefault(string.Join(' ', [tool, .. arguments])));

    public Task<string?> GetAsync(Uri page, CancellationToken stop) => OtherWays.Contains(page.ToString())
        ? Task.FromException<string?>(new HttpRequestException("Response status code does not indicate success: 400 (Bad Request)."))
        : Task.FromResult(Pages.TryGetValue(page.ToString(), out var contents) ? contents[Math.Min(_pauses, contents.Length - 1)] : null);

    /// <summary>The agent takes questions and says nothing.</summary>
    public bool SilentAgent { get; set; }

    public Task<string?> AskAgentAsync(string resource, CancellationToken stop) => SilentAgent ? throw new IOException($"http://straum/v1/{resource}: no answer within 10 s") : Task.FromResult(AgentReports.GetValueOrDefault(resource));

    public Task<SyncMeasurement> MeasureSyncAsync(string directory, SyncPattern pattern, CancellationToken stop)
    {
        AskedPattern = pattern;
        return Task.FromResult(Sync ?? throw new IOException($"{directory}: read-only file system"));
    }

    public Task PauseAsync(TimeSpan time, CancellationToken stop)
    {
        _pauses++;
        Own.WhenPaused?.Invoke();
        return Task.CompletedTask;
    }
}
