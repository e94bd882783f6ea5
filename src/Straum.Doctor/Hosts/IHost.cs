using Straum.Linux;
using Straum.Linux.Bpf;

namespace Straum.Doctor.Hosts;

/// <summary>
/// Everything that a check may see of a machine. Absence is a value (null), refusal an exception, which makes the check's
/// verdict unknown. <see cref="LinuxHost"/> is the machine itself; tests write one down.
/// </summary>
public interface IHost
{
    /// <summary>The namespace that the doctor runs in: the host's, or a lab node's.</summary>
    INetwork Network { get; }

    /// <summary>The namespaces whose veth pair ends in <see cref="Network"/>.</summary>
    IReadOnlyList<PodNetwork> Pods { get; }

    /// <summary>The devices that Straum's agent has for uplinks; empty when none answers.</summary>
    IReadOnlyList<string> AgentUplinks { get; }

    /// <summary>What the user said about this run.</summary>
    DoctorOptions Options { get; }

    /// <summary>CPUs that are online.</summary>
    int Cpus { get; }

    /// <summary>The mounts that this process sees.</summary>
    IReadOnlyList<MountPoint> Mounts { get; }

    /// <summary>A whole file; null when there is none.</summary>
    string? ReadText(string path);

    /// <summary>The names in a directory, sorted; null when there is none.</summary>
    IReadOnlyList<string>? ListDirectory(string path);

    /// <summary>Where a path leads when every link is followed; null when nothing is there.</summary>
    string? ResolvePath(string path);

    FeatureSupport Probe(Feature feature);

    /// <summary>Of the file system that holds <paramref name="path"/>; null when the path is not there.</summary>
    FileSystemSpace? FreeSpace(string path);

    /// <summary>Runs a program of the host; null when it is not installed.</summary>
    Task<ToolOutput?> RunToolAsync(string tool, IReadOnlyList<string> arguments, CancellationToken stop);

    /// <summary>The body of a page; null when nobody listens there. Only for this machine's own addresses.</summary>
    /// <exception cref="HttpRequestException">Who listens refuses, or speaks something else, such as TLS.</exception>
    /// <exception cref="IOException">Who listens says nothing in time.</exception>
    Task<string?> GetAsync(Uri page, CancellationToken stop);

    /// <summary>A report of Straum's agent as it came over the socket; null when no agent's socket is there.</summary>
    /// <param name="resource"><c>status</c>, <c>services</c>…; or a path of its own, <c>/metrics</c>.</param>
    /// <param name="stop">Gives up.</param>
    Task<string?> AskAgentAsync(string resource, CancellationToken stop);

    /// <summary>Writes and syncs as etcd does, in <paramref name="directory"/>.</summary>
    Task<Measuring.SyncMeasurement> MeasureSyncAsync(string directory, Measuring.SyncPattern pattern, CancellationToken stop);

    /// <summary>Waits between two samples; in tests it is over at once.</summary>
    Task PauseAsync(TimeSpan time, CancellationToken stop);
}
