using Straum.Control.Tuning;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Sysctls;

/// <summary>somaxconn, of the host and of each pod: it is a setting of the namespace.</summary>
internal sealed class ListenBacklog : Check
{
    private const string Key = "net.core.somaxconn";
    private static readonly long Least = TuningCatalogue.Of(Key).Least!.Value;

    public override string Id => "ST-SY-002";

    public override string Title => "listening sockets may queue enough";

    public override CheckGroup Group => CheckGroup.Sysctls;

    public override Explanation Explanation { get; } = new(
        Why: "somaxconn bounds the accept queue of every listening socket, whatever the program asks for. It was 128 until Linux 5.4, and old images and guides still set that. Each pod has its own value: the host's does not reach it.",
        Threshold: $"warn below {Figure.Count(Least)}, the kernel's default since Linux 5.4, on the host or in a pod",
        Source: "kernel documentation, networking/ip-sysctl.rst, somaxconn; measured on Linux 6.18 that pods do not inherit it",
        Fix: $"sysctl -w {Key}={Least}   # for pods: {{tuning: safe}} in /etc/straum/straum.yaml");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var wrong = new List<Finding>();
        if (Setting.ReadNumber(host.Network, Key) is not { } own)
        {
            return One(Finding.Unknown(Key + " is not there"));
        }
        if (own < Least)
        {
            wrong.Add(Finding.Warn(Figure.Count(own)));
        }
        foreach (var pods in host.Pods.Select(static p => (p.Name, Value: Setting.ReadNumber(p.Network, Key))).Where(static p => p.Value < Least).GroupBy(static p => p.Value))
        {
            wrong.Add(Finding.Warn(Figure.Count(pods.Key!.Value), Figure.Names([.. pods.Select(static p => p.Name)]), "pods: {tuning: safe}   # in /etc/straum/straum.yaml; for pods made from then on"));
        }
        return Task.FromResult(Several(wrong, Finding.Pass(Figure.Count(own))));
    }
}
