using Straum.Lab.Echo;
using Straum.Lab.Topology;

namespace Straum.Lab.Check;

/// <summary>Asks by sockets of this very program, made inside the vantage's network namespace: cheap, and outside every node's cgroup.</summary>
internal static class SocketInterview
{
    public static Task<ProbeReport> AskAsync(Question question, CancellationToken stop)
    {
        var spec = new ProbeSpec(question.Protocol, question.Target) { Timeout = CheckLimits.Attempt, Open = SocketsIn.Namespace(question.From.NetworkNamespace) };
        return Asker.AskAsync(() => EchoProbe.RunAsync(spec, stop), question.Count);
    }
}
