using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Pods;

/// <summary>A check of every pod's namespace: one finding for each pod that is wrong, or one for all.</summary>
internal abstract class PodCheck : Check
{
    /// <summary>Of more pods that are wrong only the number is said.</summary>
    private const int MostFindings = 20;

    public override CheckGroup Group => CheckGroup.Pods;

    public override bool BeforeInstall => false;

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (host.Pods.Count == 0)
        {
            return One(Finding.Skip("no pods on this node"));
        }
        var wrong = new List<Finding>();
        foreach (var pod in host.Pods)
        {
            stop.ThrowIfCancellationRequested();
            if (Examine(host, pod) is { Verdict: not Verdict.Pass } finding)
            {
                wrong.Add(finding with { Subject = pod.Name });
            }
        }
        if (wrong.Count > MostFindings)
        {
            var rest = wrong[MostFindings..];
            wrong = [.. wrong[..MostFindings], rest[0] with { Subject = Figure.Names([.. rest.Select(static f => f.Subject)], atMost: 1) }];
        }
        return Task.FromResult(Several(wrong, Finding.Pass(Figure.Names([.. host.Pods.Select(static p => p.Name)], atMost: 2))));
    }

    /// <summary>A pod that is deleted has its network made anew with the next that its controller makes; null where the agent did not name it.</summary>
    /// <param name="pod">namespace/name.</param>
    internal static string? Recreate(string pod) => pod.Split('/') is [var space, var name]
        ? $"kubectl delete pod {name} -n {space}   # its controller makes it anew, and with it its network" : null;

    /// <summary>Looks at one pod; null or a pass when nothing is wrong with it. The subject is filled in.</summary>
    protected abstract Finding? Examine(IHost host, PodNetwork pod);
}
