using Straum.Linux;

namespace Straum.Lab.Processes;

/// <summary>
/// The lab's part of the cgroup2 tree: <c>straum-lab/supervisor</c>, <c>straum-lab/apiserver</c> and, per node,
/// <c>straum-lab/NODE/{agent,host,pods/UID/CONTAINER}</c>. A node's agent attaches its socket programs to
/// <c>straum-lab/NODE</c>, which therefore holds all of the node's processes and nobody else's.
/// </summary>
/// <remarks>Paths are relative to the cgroup2 mount, as <see cref="ControlGroup"/> takes them.</remarks>
public static class LabCgroups
{
    /// <summary>Every process of the lab is below it.</summary>
    public const string Root = "straum-lab";

    public const string Supervisor = Root + "/supervisor";

    public const string ApiServer = Root + "/apiserver";

    /// <summary>Holds every process of a node.</summary>
    public static string Node(string node) => $"{Root}/{node}";

    public static string Agent(string node) => $"{Root}/{node}/agent";

    /// <summary>Processes that run on the node itself: what <c>straum lab exec NODE</c> starts.</summary>
    public static string Host(string node) => $"{Root}/{node}/host";

    public static string Pod(string node, string podUid) => $"{Root}/{node}/pods/{podUid}";

    /// <summary>Holds one container's processes and nothing else, so that killing it takes all of them.</summary>
    public static string Container(string node, string podUid, string container) => $"{Root}/{node}/pods/{podUid}/{container}";
}
