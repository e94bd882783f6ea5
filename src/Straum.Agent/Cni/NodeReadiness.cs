namespace Straum.Agent.Cni;

/// <summary>Whether this node can take pods, as the rest of the agent knows it.</summary>
/// <param name="CanAttach">The API has been read once and the datapath is in place.</param>
/// <param name="PodsConnected">The pods that run already are connected.</param>
/// <param name="Reason">One sentence, when either is false.</param>
public sealed record NodeReadiness(bool CanAttach, bool PodsConnected, string Reason)
{
    public static readonly NodeReadiness Ready = new(true, true, "");

    public static NodeReadiness NotReady(string reason) => new(false, true, reason);
}
