namespace Straum.Bench.Peers;

/// <summary>What a rule set has to know of a Service with one TCP port.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Address">Its cluster IP.</param>
/// <param name="Port">Its port.</param>
/// <param name="Endpoints">The addresses of its endpoints.</param>
/// <param name="TargetPort">Their port.</param>
internal sealed record PeerService(int Index, string Address, int Port, IReadOnlyList<string> Endpoints, int TargetPort)
{
    /// <summary>As kube-proxy names it in comments and chains.</summary>
    public string PortName => $"ns-{Index % 100}/svc-{Index}:http";
}
