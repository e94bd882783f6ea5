namespace Straum.Kubernetes.Client;

/// <summary>A watch sent something that is no event: an event may have been lost, and only a new list can tell.</summary>
public sealed class WatchGarbageException(string found) : Exception($"the watch sent {found}")
{
    public string Found { get; } = found;
}
