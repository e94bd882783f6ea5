using System.Net;
using System.Net.Sockets;
using Straum.Lab.Echo;

namespace Straum.Lab.Check;

/// <summary>Which questions make up a check: a pure function of what there is to ask.</summary>
public static class CheckPlan
{
    // Ports of `straum echo` in deploy/lab/sample.yaml, and of the Service before it.
    private const int EchoTcp = 7000;
    private const int EchoUdp = 7000;
    private const int ServiceHttp = 80;

    private static readonly AddressFamily[] Families = [AddressFamily.InterNetwork, AddressFamily.InterNetworkV6];

    /// <summary>All questions, each family and protocol of a place next to each other.</summary>
    public static IReadOnlyList<Question> Make(CheckTargets targets)
    {
        var questions = new List<Question>();
        foreach (var pod in targets.Pods)
        {
            questions.AddRange(targets.Pods.Where(p => p != pod).SelectMany(other => PodToPod(pod, other)));
            questions.AddRange(targets.Hosts.SelectMany(host => PodToHost(pod, host, targets.HostPorts[host.Name])));
            questions.AddRange(PodToOutside(pod, targets.Hosts.Single(h => h.Name == pod.Node), targets.Outside));
            if (targets.Service is { } service)
            {
                questions.AddRange(ToService(CheckPath.PodService, pod, service, inCgroup: true));
                questions.AddRange(ToService(CheckPath.PodServicePerPacket, pod, service, inCgroup: false));
                if (service.Backends.Contains(pod.Name))
                {
                    questions.AddRange(ToItself(CheckPath.PodOwnService, pod, service, inCgroup: true));
                    questions.AddRange(ToItself(CheckPath.PodOwnServicePerPacket, pod, service, inCgroup: false));
                }
            }
        }
        foreach (var host in targets.Hosts)
        {
            questions.AddRange(targets.Pods.SelectMany(pod => HostToPod(host, pod)));
            if (targets.Service is { } service)
            {
                questions.AddRange(ToService(CheckPath.HostService, host, service, inCgroup: true));
            }
        }
        return questions;
    }

    /// <summary>Attempts after which a backend among <paramref name="backends"/> equal ones has been chosen, except once in a million.</summary>
    internal static int AttemptsToMeet(int backends) =>
        backends <= 1 ? 2 : (int)Math.Ceiling(Math.Log(1e-6) / Math.Log(1 - (1.0 / backends)));

    private static IEnumerable<Question> PodToPod(Vantage pod, Vantage other) =>
        from family in Families
        where Has(pod, family) && Has(other, family)
        from question in Pair(pod.Node == other.Node ? CheckPath.PodSameNode : CheckPath.PodOtherNode, pod, other.Name, Of(other, family), EchoTcp, EchoUdp)
        select question with { Source = Of(pod, family), MayAnswer = [other.Name] };

    private static IEnumerable<Question> HostToPod(Vantage host, Vantage pod) =>
        from family in Families
        where Has(pod, family)
        from question in Pair(host.Node == pod.Node ? CheckPath.HostOwnPod : CheckPath.HostOtherPod, host, pod.Name, Of(pod, family), EchoTcp, EchoUdp)
        select question with { MayAnswer = [pod.Name] };

    private static IEnumerable<Question> PodToHost(Vantage pod, Vantage host, ResponderPorts ports) =>
        from family in Families
        where Has(pod, family)
        from question in Pair(pod.Node == host.Node ? CheckPath.PodOwnHost : CheckPath.PodOtherHost, pod, host.Name, Of(host, family), ports.Tcp, ports.Udp)
        select question with { MayAnswer = [host.Name] };

    // Outside nobody knows a pod's address, so the source must be the node's.
    private static IEnumerable<Question> PodToOutside(Vantage pod, Vantage node, OutsideTarget outside) =>
        from family in Families
        where Has(pod, family)
        from question in Pair(CheckPath.PodOutside, pod, "client", outside.Of(family), outside.Ports.Tcp, outside.Ports.Udp)
        select question with { Source = Of(node, family) };

    private static IEnumerable<Question> ToService(CheckPath path, Vantage place, ServiceTarget service, bool inCgroup) =>
        from address in service.Addresses
        where Has(place, address.AddressFamily)
        from question in Triple(path, place, service, address)
        select question with { Count = 12, InCgroup = inCgroup, MayAnswer = service.Backends };

    private static IEnumerable<Question> ToItself(CheckPath path, Vantage pod, ServiceTarget service, bool inCgroup) =>
        from address in service.Addresses
        where Has(pod, address.AddressFamily)
        from question in Triple(path, pod, service, address)
        select question with { Count = AttemptsToMeet(service.Backends.Count), InCgroup = inCgroup, MustAnswer = pod.Name };

    private static Question[] Pair(CheckPath path, Vantage place, string to, IPAddress target, int tcp, int udp) =>
    [
        new(path, place, to, ProbeProtocol.Tcp, new IPEndPoint(target, tcp)),
        new(path, place, to, ProbeProtocol.Udp, new IPEndPoint(target, udp)),
    ];

    private static Question[] Triple(CheckPath path, Vantage place, ServiceTarget service, IPAddress address) =>
    [
        .. Pair(path, place, service.Name, address, EchoTcp, EchoUdp),
        new(path, place, service.Name, ProbeProtocol.Http, new IPEndPoint(address, ServiceHttp)),
    ];

    private static bool Has(Vantage place, AddressFamily family) => place.Addresses.Any(a => a.AddressFamily == family);

    private static IPAddress Of(Vantage place, AddressFamily family) => place.Addresses.First(a => a.AddressFamily == family);
}
