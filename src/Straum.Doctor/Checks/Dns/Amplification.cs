using System.Net;
using Straum.Doctor.Dns;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Dns;

/// <summary>How many questions one lookup of an outside name really takes, asked one by one.</summary>
internal sealed class Amplification : Check
{
    /// <summary>A and AAAA of the name itself.</summary>
    private const int Needed = 2;

    public override string Id => "ST-DN-003";

    public override string Title => "one lookup is one pair of questions";

    public override CheckGroup Group => CheckGroup.Dns;

    public override Explanation Explanation { get; } = new(
        Why: "With ndots:5 and the usual three suffixes, a name with fewer than five dots is tried with each suffix first: 8 questions for api.example.com, 6 of them for names that do not exist. That is load for CoreDNS and four round trips for the pod.",
        Threshold: "warn when an outside name takes more than its A and AAAA question",
        Source: "measured with the pod's own resolv.conf from its namespace; resolv.conf(5), ndots; coredns.io/2018/11/15/scaling-coredns-in-kubernetes-clusters",
        Fix: "spec.template.spec.dnsConfig: {options: [{name: ndots, value: \"2\"}]}   # in the workload; or write the name with a final dot");

    public override bool BeforeInstall => false;

    public override TimeSpan Limit => TimeSpan.FromSeconds(25);

    public override async Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        if (host.Pods.Count == 0)
        {
            return [Finding.Skip("no pods on this node")];
        }
        var resolvers = PodResolvers.Of(host).Where(static r => r.Config.Servers.Count > 0).ToList();
        return resolvers.Count == 0
            ? [PodResolvers.Nothing(host)]
            : await Task.WhenAll(resolvers.Select(r => MeasureAsync(host, r.Pod, r.Config, Figure.Names(r.Names, atMost: 2), stop))).ConfigureAwait(false);
    }

    private static async Task<Finding> MeasureAsync(IHost host, PodNetwork pod, ResolverConfig config, string names, CancellationToken stop)
    {
        var server = new IPEndPoint(config.Servers[0], 53);
        var (questions, wasted, took) = (0, 0, TimeSpan.Zero);
        foreach (var candidate in config.Candidates(host.Options.ExternalName))
        {
            var replies = await Task.WhenAll(new[] { DnsType.A, DnsType.Aaaa }.Select(
                t => pod.Network.AskDnsAsync(server, new DnsQuestion(candidate, t), TimeSpan.FromSeconds(2), stop))).ConfigureAwait(false);
            questions += replies.Length;
            took += replies.Max(static r => r.Took);
            if (Array.Exists(replies, static r => r is { Code: DnsCode.NoError, Answers: > 0 }))
            {
                var measured = $"{questions} questions for {host.Options.ExternalName}, {wasted} for names that do not exist, {Figure.Time(took)} (ndots:{config.Ndots})";
                return questions > Needed ? Finding.Warn(measured, names) : Finding.Pass(measured, names);
            }
            wasted += Array.TrueForAll(replies, static r => r.IsAnswer) ? replies.Length : 0;
        }
        return Finding.Unknown($"{config.Servers[0]} does not resolve {host.Options.ExternalName}, {questions} questions", names);
    }
}
