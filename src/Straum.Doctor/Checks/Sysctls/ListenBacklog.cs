using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Sysctls;

/// <summary>somaxconn, of the host and of each pod: it is a setting of the namespace.</summary>
internal sealed class ListenBacklog : Check
{
    private const long Default = 4096;

    public override string Id => "ST-SY-002";

    public override string Title => "listening sockets may queue enough";

    public override CheckGroup Group => CheckGroup.Sysctls;

    public override Explanation Explanation { get; } = new(
        Why: "somaxconn bounds the accept queue of every listening socket, whatever the program asks for. It was 128 until Linux 5.4, and old images and guides still set that. Each pod has its own value: the host's does not reach it.",
        Threshold: "warn below 4,096, the kernel's default since Linux 5.4, on the host or in a pod",
        Source: "kernel documentation, networking/ip-sysctl.rst, somaxconn; measured on Linux 6.18 that pods do not inherit it",
        Fix: "sysctl -w net.core.somaxconn=4096   # for pods: {tuning: safe} in /etc/straum/straum.yaml");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var wrong = new List<Finding>();
        if (Read(host.Network) is not { } own)
        {
            return One(Finding.Unknown("net.core.somaxconn is not there"));
        }
        if (own < Default)
        {
            wrong.Add(Finding.Warn(Figure.Count(own)));
        }
        foreach (var pods in host.Pods.Select(static p => (p.Name, Value: Read(p.Network))).Where(static p => p.Value < Default).GroupBy(static p => p.Value))
        {
            wrong.Add(Finding.Warn(Figure.Count(pods.Key!.Value), Figure.Names([.. pods.Select(static p => p.Name)]), "pods: {tuning: safe}   # in /etc/straum/straum.yaml; for pods made from then on"));
        }
        return Task.FromResult(Several(wrong, Finding.Pass(Figure.Count(own))));
    }

    private static long? Read(INetwork network) => NumberFields.First(network.ReadText("/proc/sys/net/core/somaxconn"));
}
