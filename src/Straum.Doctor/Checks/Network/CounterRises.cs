using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Network;

/// <summary>Counters of the host's network namespace and of each pod's, read twice.</summary>
/// <param name="name">The pod's; empty for the host.</param>
internal sealed class CounterRises(string name, ProtocolCounters before, ProtocolCounters after)
{
    /// <summary>Between the two readings.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    public string Name => name;

    /// <summary>A command that is to be run in the namespace, as it is pasted on the node.</summary>
    public string Within(string command) => name is "" ? command : $"straum exec {name} -- {command}";

    /// <summary>By how much a counter rose.</summary>
    public long this[string counter] => after[counter] - before[counter];

    /// <param name="host">Whose namespaces.</param>
    /// <param name="stop">Gives up.</param>
    /// <param name="files">Below /proc/net.</param>
    public static async Task<IReadOnlyList<CounterRises>> WatchAsync(IHost host, CancellationToken stop, params string[] files)
    {
        var networks = host.Pods.Select(static p => (p.Name, p.Network)).Prepend((Name: "", host.Network)).ToList();
        var before = networks.ConvertAll(n => Read(n.Network));
        await host.PauseAsync(Window, stop).ConfigureAwait(false);
        return [.. networks.Select((n, i) => new CounterRises(n.Name, before[i], Read(n.Network)))];

        ProtocolCounters Read(INetwork network) => new(files.Select(f => network.ReadText("/proc/net/" + f)));
    }
}
