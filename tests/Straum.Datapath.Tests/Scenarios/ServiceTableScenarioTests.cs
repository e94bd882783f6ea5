using System.Collections.Immutable;
using System.Net;
using Straum.Control;
using Straum.Control.Services;
using Straum.Datapath.Abi;
using Straum.Datapath.Services;
using Straum.Datapath.Tests.Services;
using Straum.Kubernetes.Objects;
using Straum.Scenarios;

namespace Straum.Datapath.Tests.Scenarios;

/// <summary>
/// The scenarios of tests/scenarios/services, one step further: after every `desired`, the tables hold exactly its
/// ClusterIP lines, however the agent came there.
/// </summary>
public sealed class ServiceTableScenarioTests
{
    public static TheoryData<string> Names => new(ScenarioFile.Names("services"));

    [Theory, MemberData(nameof(Names))]
    public void Tables_StepByStep_HoldWhatIsDesired(string name) =>
        Run(name, (reconciler, frontends, _) =>
        {
            reconciler.Reconcile(frontends);
            return reconciler;
        });

    [Theory, MemberData(nameof(Names))]
    public void Tables_AppliedTwice_AreWrittenOnce(string name) =>
        Run(name, (reconciler, frontends, tables) =>
        {
            reconciler.Reconcile(frontends);
            var writes = tables.Writes;
            reconciler.Reconcile([.. frontends]);
            tables.Writes.ShouldBe(writes);
            return reconciler;
        });

    [Theory, MemberData(nameof(Names))]
    public void Tables_AgentRestartedAtEveryStep_HoldWhatIsDesired(string name) =>
        Run(name, (reconciler, frontends, tables) =>
        {
            reconciler.Reconcile(frontends);
            var writes = tables.Writes;
            var next = new ServiceReconciler(tables, TimeProvider.System);
            next.Reconcile(frontends);
            tables.Writes.ShouldBe(writes, "a restart alone writes nothing");
            return next;
        });

    [Theory, MemberData(nameof(Names))]
    public void Tables_WritesThatFailAtRandom_HoldWhatIsDesiredInTheEnd(string name)
    {
        var random = new Random(3);
        Run(name, (reconciler, frontends, tables) =>
        {
            for (var attempt = 0; attempt < 50; attempt++)
            {
                tables.CallsUntilFault = random.Next(6);
                try
                {
                    reconciler.Reconcile(frontends);
                    break;
                }
                catch (IOException)
                {
                }
            }
            tables.CallsUntilFault = null;
            reconciler.Reconcile(frontends);
            return reconciler;
        });
    }

    private static void Run(string name, Func<ServiceReconciler, ImmutableArray<FrontendSpec>, FakeServiceTables, ServiceReconciler> step)
    {
        var objects = new ScenarioObjects();
        var nodes = new Dictionary<string, (FakeServiceTables Tables, ServiceReconciler Reconciler)>();
        foreach (var section in ScenarioFile.Read(name).Sections)
        {
            if (objects.TryApply(section) || section.Name != "desired")
            {
                continue;
            }
            if (!nodes.TryGetValue(section.Node, out var node))
            {
                var made = new FakeServiceTables(slots: 1024, backends: 512);
                node = (made, new ServiceReconciler(made, TimeProvider.System));
            }
            var plan = new ServiceCompiler().Compile(objects.Snapshot, NodeFacts.Of(
                objects.Snapshot.Nodes.Find("", section.Node) ?? new Node { Meta = new() { Name = section.Node } }));

            nodes[section.Node] = (node.Tables, step(node.Reconciler, plan.Frontends, node.Tables));

            Dump(node.Tables).ShouldBe(Expected(section), ignoreOrder: true, section.Place);
        }
    }

    // "shop/web:http ClusterIP 10.96.0.7:80/tcp -> 10.244.1.2:8080" → "10.96.0.7:80/tcp -> 10.244.1.2:8080"; without
    // backends both verdicts, reject and drop, are an entry without slots.
    private static IEnumerable<string> Expected(ScenarioSection section) =>
        section.Statements.Select(line => line.Split(' ')).Where(words => words[1] == "ClusterIP").Select(words =>
        {
            var backends = words.SkipWhile(w => w != "->").Skip(1).Where(w => w.Contains(':', StringComparison.Ordinal));
            return $"{words[2]} -> {string.Join(' ', backends)}".TrimEnd();
        });

    private static IEnumerable<string> Dump(FakeServiceTables tables) => tables.Services.Keys.Select(key =>
    {
        var end = new IPEndPoint(key.Vip.ToIPAddress(), key.Port);
        var protocol = key.Proto switch { 6 => "tcp", 17 => "udp", _ => "sctp" };
        var backends = tables.Lookup(key)!.Select(Bracketed);
        return $"{end}/{protocol} -> {string.Join(' ', backends)}".TrimEnd();
    });

    // FakeServiceTables prints address:port without brackets.
    private static string Bracketed(string backend)
    {
        var colon = backend.LastIndexOf(':');
        return new IPEndPoint(IPAddress.Parse(backend[..colon]), int.Parse(backend[(colon + 1)..])).ToString();
    }
}
