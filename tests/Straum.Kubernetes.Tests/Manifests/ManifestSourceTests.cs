namespace Straum.Kubernetes.Manifests;

public sealed class ManifestSourceTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("straum-t-").FullName;
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public void Dispose()
    {
        _stop.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Directory_Changed_MakesSnapshots()
    {
        Write("nodes.yaml", "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n");
        var source = new ManifestSource(_directory, TimeProvider.System);
        var running = source.RunAsync(_stop.Token);

        (await source.NextAsync(_stop.Token)).Nodes.Count.ShouldBe(1);

        Write("more.yaml", "apiVersion: v1\nkind: Node\nmetadata: {name: n2}\n");
        (await source.NextAsync(_stop.Token)).Nodes.Count.ShouldBe(2);

        Write("more.yaml", "apiVersion: v1\nkind: Nod");
        (await source.NextAsync(_stop.Token)).Problems.Length.ShouldBe(1);
        source.Status.ShouldAllBe(s => s.LastError != null && s.LastError.StartsWith("more.yaml: line 2, kind: "));

        File.Delete(Path.Combine(_directory, "more.yaml"));
        var last = await source.NextAsync(_stop.Token);
        (last.Nodes.Count, last.Problems.Length).ShouldBe((1, 0));

        await _stop.CancelAsync();
        await running;
    }

    [Fact]
    public void Directory_ThatIsNotThere_IsNamed() =>
        Should.Throw<DirectoryNotFoundException>(() => new ManifestSource("/absent", TimeProvider.System)).Message.ShouldContain("/absent");

    private void Write(string name, string text)
    {
        File.WriteAllText(Path.Combine(_directory, "." + name), text);
        File.Move(Path.Combine(_directory, "." + name), Path.Combine(_directory, name), overwrite: true);
    }
}
