using Straum.Control.Services;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Snapshots;
using Straum.Scenarios;

namespace Straum.Control.Scenarios;

/// <summary>Runs tests/scenarios/services: step by step, and at every step also from nothing and in other orders.</summary>
public sealed class ServiceScenarioTests
{
    public static TheoryData<string> Names => new(ScenarioFile.Names("services"));

    [Theory, MemberData(nameof(Names))]
    public void Scenario_StepByStep_ComesOutAsDesired(string name)
    {
        var objects = new ScenarioObjects();
        var compilers = new Dictionary<string, ServiceCompiler>();
        var sections = ScenarioFile.Read(name).Sections;
        for (var i = 0; i < sections.Count; i++)
        {
            var section = sections[i];
            if (objects.TryApply(section) || section.Name != "desired")
            {
                continue;
            }
            var facts = Facts(objects, section.Node);
            if (!compilers.TryGetValue(section.Node, out var compiler))
            {
                compilers.Add(section.Node, compiler = new ServiceCompiler());
            }
            var plan = compiler.Compile(objects.Snapshot, facts);
            PlanText.Lines(plan).ShouldBe(section.Statements, section.Place);
            AssertProblems(plan, sections.Skip(i + 1).TakeWhile(s => s.Name is not ("objects" or "delete" or "desired"))
                .FirstOrDefault(s => s.Name == "problems" && s.Node == section.Node), section.Place);
            compiler.Compile(objects.Snapshot, facts).ShouldBeSameAs(plan, section.Place);
            AssertSameInAnyOrder(objects, facts, plan, section.Place);
        }
    }

    private static void AssertProblems(ServicePlan plan, ScenarioSection? expected, string place)
    {
        var actual = plan.Problems.Select(p => $"{p.Severity} {p.Object} {p.Field}: {p.Message}").ToArray();
        var statements = expected?.Statements ?? [];
        actual.Length.ShouldBe(statements.Count, $"{place}: {string.Join('\n', actual)}");
        for (var i = 0; i < actual.Length; i++)
        {
            actual[i].ShouldStartWith(statements[i], customMessage: expected!.Place);
        }
        plan.Problems.ShouldAllBe(p => p.Fix.EndsWith('.') && p.Message.EndsWith('.'));
    }

    private static void AssertSameInAnyOrder(ScenarioObjects objects, NodeFacts facts, ServicePlan plan, string place)
    {
        var random = new Random(1);
        for (var round = 0; round < 5; round++)
        {
            var compiler = new ServiceCompiler();
            var builder = new SnapshotBuilder { AllSynced = true };
            foreach (var item in objects.All.OrderBy(_ => random.Next()))
            {
                builder.Set(item);
                // One by one, as watches deliver them.
                if (round > 0)
                {
                    compiler.Compile(builder.Build(), facts);
                }
            }
            var other = compiler.Compile(builder.Build(), facts);
            other.Frontends.ShouldBe(plan.Frontends, place);
            other.Problems.ShouldBe(plan.Problems, place);
        }
    }

    private static NodeFacts Facts(ScenarioObjects objects, string node) => NodeFacts.Of(
        objects.Snapshot.Nodes.Find("", node) ?? new Node { Meta = new() { Name = node } });
}
