using Straum.Lab.Echo;
using Straum.Lab.Topology;

namespace Straum.Lab.Check;

/// <summary>Asks by sockets of this very program, made inside the vantage's network namespace: cheap, and outside every node's cgroup.</summary>
internal sealed class SocketInterview
{
    private readonly Asker _asker = new();

    public Task<ProbeReport> AskAsync(Question question, CancellationToken stop) => _asker.AskAsync(
        new ProbeSpec(question.Protocol, question.Target) { Open = SocketsIn.Namespace(question.From.NetworkNamespace) }, question.Count, stop);
}
