using Straum.Kubernetes.Snapshots;

namespace Straum.Kubernetes.Manifests;

public sealed class ManifestSetTests
{
    private const string Node = """
        apiVersion: v1
        kind: Node
        metadata: {name: n1}
        spec: {podCIDRs: [10.244.1.0/24]}
        """;

    private readonly ManifestSet _set = new();

    [Fact]
    public void Files_Right_AreOneSnapshot()
    {
        var snapshot = Update(("nodes.yaml", Node), ("web.yaml", Service("web", 80) + "---\n# nothing\n---\n" + Service("api", 8080)));
        snapshot.AllSynced.ShouldBeTrue();
        snapshot.Problems.ShouldBeEmpty();
        snapshot.Nodes.ShouldHaveSingleItem().Name.ShouldBe("n1");
        // As kubectl would: an object without a namespace is in "default".
        snapshot.Services.Select(s => s.Key.ToString()).ShouldBe(["default/api", "default/web"], ignoreOrder: true);
    }

    [Fact]
    public void Update_ThatChangesNothing_IsTheSameSnapshot() =>
        Update(("web.yaml", Service("web", 80))).ShouldBeSameAs(Update(("web.yaml", Service("web", 80) + "\n# a comment\n")));

    [Theory]
    [InlineData("spec: {clusterIP: 10.96.0.7, ports: [{port: eighty}]}", "line 4, spec.ports[0].port")]
    [InlineData("spec:\n  clusterIP: 10.96.0.7\n  ports:\n    - port: 80\n    - port: [80]", "line 8, spec.ports[1].port")]
    [InlineData("spec: {clusterIP: 10.96.0.7", "line 5")]
    public void File_ThatBecomesBad_KeepsItsLastGoodObjectsAndIsNamed(string spec, string place)
    {
        var good = Update(("web.yaml", Service("web", 80)), ("api.yaml", Service("api", 8080)));
        var snapshot = Update(("web.yaml", $"apiVersion: v1\nkind: Service\nmetadata: {{name: web}}\n{spec}\n"), ("api.yaml", Service("api", 9090)));

        snapshot.AllSynced.ShouldBeTrue();
        snapshot.Services.Find("default", "web").ShouldBeSameAs(good.Services.Find("default", "web"));
        snapshot.Services.Find("default", "api")!.Ports[0].Port.ShouldBe((ushort)9090);
        var problem = snapshot.Problems.ShouldHaveSingleItem();
        $"{problem.Kind} {problem.Key}".ShouldBe("File web.yaml");
        problem.Field.ShouldStartWith(place);

        Update(("web.yaml", Service("web", 81)), ("api.yaml", Service("api", 9090))).Problems.ShouldBeEmpty();
    }

    // An editor, or cp, truncates a file before it writes it.
    [Fact]
    public void File_ThatIsEmptied_KeepsItsObjectsUntilItIsRemoved()
    {
        Update(("web.yaml", Service("web", 80)));
        Update(("web.yaml", "")).Services.Count.ShouldBe(1);
        Update().Services.Count.ShouldBe(0);
    }

    [Fact]
    public void File_ThatWasNeverRight_HoldsBackTheFirstSnapshot()
    {
        Update(("nodes.yaml", Node), ("web.yaml", "kind: Service")).AllSynced.ShouldBeFalse();
        Update(("nodes.yaml", Node), ("web.yaml", Service("web", 80))).AllSynced.ShouldBeTrue();
        Update(("nodes.yaml", Node), ("web.yaml", Service("web", 80)), ("new.yaml", "kind: Service")).AllSynced.ShouldBeTrue();
    }

    [Fact]
    public void Object_InTwoFiles_IsTheFirstOnes()
    {
        var snapshot = Update(("a.yaml", Service("web", 80)), ("b.yaml", Service("web", 81)));
        snapshot.Services.ShouldHaveSingleItem().Ports[0].Port.ShouldBe((ushort)80);
        var problem = snapshot.Problems.ShouldHaveSingleItem();
        (problem.Key.Name, problem.Expectation).ShouldBe(("b.yaml", "Service default/web is in a.yaml already"));
    }

    [Fact]
    public void Kind_ThatNobodyActsOn_IsRefusedWithThoseThatAre()
    {
        var problem = Update(("web.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n")).Problems.ShouldHaveSingleItem();
        problem.Field.ShouldBe("line 2, kind");
        problem.Expectation.ShouldContain("v1 Service");
        problem.Expectation.ShouldEndWith("found apps/v1 Deployment");
    }

    private static string Service(string name, int port) => $"""
        apiVersion: v1
        kind: Service
        metadata: {"{"}name: {name}{"}"}
        spec:
          clusterIP: 10.96.0.7
          ports:
            - port: {port}

        """;

    private Snapshot Update(params (string Name, string Text)[] files) => _set.Update(files.ToDictionary(f => f.Name, f => f.Text));
}
