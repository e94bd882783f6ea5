using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.Workloads;

/// <summary>Deployments: what a workload has, and how it rolls.</summary>
internal sealed class DeploymentStrategy : WorkloadStrategy
{
    public override void Default(JsonObject obj)
    {
        base.Default(obj);
        var spec = obj.Need("spec");
        spec.Default("revisionHistoryLimit", 10);
        spec.Default("progressDeadlineSeconds", 600);
        var strategy = spec.Need("strategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
        {
            var rolling = strategy.Need("rollingUpdate");
            rolling.Default("maxUnavailable", "25%");
            rolling.Default("maxSurge", "25%");
        }
    }

    public override void Validate(JsonObject obj, JsonObject? old, List<StatusCause> causes)
    {
        base.Validate(obj, old, causes);
        var strategy = obj.Need("spec", "strategy");
        var type = strategy.Text("type");
        if (type is not ("Recreate" or "RollingUpdate"))
        {
            causes.Add(StatusCause.NotSupported("spec.strategy", $"\"{type}\"", "Recreate", "RollingUpdate"));
        }
        if (type == "Recreate" && strategy.ContainsKey("rollingUpdate"))
        {
            causes.Add(StatusCause.Forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'"));
        }
        if (type == "RollingUpdate" && IsZero(strategy.At("rollingUpdate", "maxSurge")) && IsZero(strategy.At("rollingUpdate", "maxUnavailable")))
        {
            causes.Add(StatusCause.Invalid("spec.strategy.rollingUpdate.maxUnavailable", "0", "may not be 0 when `maxSurge` is 0"));
        }
    }

    private static bool IsZero(JsonNode? value) => value.AsNumber() == 0 || value.AsText() is "0%" or "0";
}
