using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.Services;

/// <summary>Gives the ports of one Service that is written their NodePorts, and its health check one if it needs it.</summary>
internal sealed class NodePortAllocation(NodePortPool pool, JsonObject spec, JsonObject? old, List<StatusCause> causes)
{
    private readonly HashSet<int> _taken = [];

    public void Run()
    {
        if (ServiceStrategy.UsesNodePorts(spec))
        {
            TakePorts();
        }
        if (!ServiceStrategy.NeedsHealthCheckPort(spec))
        {
            return;
        }
        var asked = spec.Number("healthCheckNodePort") ?? 0;
        if (asked == 0)
        {
            spec["healthCheckNodePort"] = Next();
        }
        else if (asked != (old?.Number("healthCheckNodePort") ?? 0) && Refusal(asked) is { } why)
        {
            causes.Add(StatusCause.Invalid("spec.healthCheckNodePort", $"{asked}", why));
        }
    }

    private void TakePorts()
    {
        var mine = (old ?? []).Objects("ports").Select(port => port.Number("nodePort")).OfType<long>().ToHashSet();
        // Ports asked for by number first, so that none of them is given to a port that leaves it open.
        foreach (var (index, port) in spec.Objects("ports").Index())
        {
            if (port.Number("nodePort") is not (> 0 and var asked))
            {
                continue;
            }
            if (!mine.Contains(asked) && !_taken.Contains((int)asked) && Refusal(asked) is { } why)
            {
                causes.Add(StatusCause.Invalid($"spec.ports[{index}].nodePort", $"{asked}", why));
            }
            _taken.Add((int)asked);
        }
        if (spec.At("allocateLoadBalancerNodePorts").AsFlag() == false)
        {
            return;
        }
        foreach (var port in spec.Objects("ports").Where(port => port.Number("nodePort") is null or 0))
        {
            // The same port number in another protocol shares the NodePort.
            var shared = spec.Objects("ports").FirstOrDefault(other =>
                other != port && other.Number("port") == port.Number("port") && other.Number("nodePort") is > 0)?.Number("nodePort");
            port["nodePort"] = shared ?? Next();
        }
    }

    private int Next()
    {
        var next = pool.Next(_taken) ?? throw StatusException.InternalError("failed to allocate a nodePort: range is full");
        _taken.Add(next);
        return next;
    }

    private string? Refusal(long port) =>
        !NodePortPool.Contains(port) ? $"provided port is not in the valid range. The range of valid ports is {NodePortPool.First}-{NodePortPool.Last}"
        : pool.IsUsed((int)port) ? "provided port is already allocated"
        : null;
}
