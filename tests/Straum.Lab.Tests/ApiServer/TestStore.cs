using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Straum.Kubernetes.Yaml;
using Straum.Lab.ApiServer.CustomResources;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Services;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer;

/// <summary>A store with all kinds and no web server: writes go through the same writer as requests do.</summary>
internal sealed class TestStore : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public TestStore(params string[] ranges)
    {
        Addresses = new ServiceAddresses((ranges.Length == 0 ? ["10.96.0.0/16", "fd96::/112"] : ranges).Select(range => IPNetwork.Parse(range)));
        Registry = new ResourceRegistry(BuiltinResources.Create(Addresses));
        Store = ObjectStore.Open(_directory.Path);
        Store.AddIndex(Addresses);
        Store.AddIndex(new CustomResourceKinds(Registry));
        Store.Start();
        Writer = new ObjectWriter(Store, TimeProvider.System);
        CreateAsync("{apiVersion: v1, kind: Namespace, metadata: {name: default}}").GetAwaiter().GetResult();
    }

    public ServiceAddresses Addresses { get; }

    public ResourceRegistry Registry { get; }

    public ObjectStore Store { get; }

    public ObjectWriter Writer { get; }

    public void Dispose()
    {
        Store.Dispose();
        _directory.Dispose();
    }

    /// <summary>Creates the object that the YAML describes, in the namespace it names or in default.</summary>
    public async Task<StoredObject> CreateAsync(string yaml)
    {
        var obj = Parse(yaml);
        return await Writer.CreateAsync(KindOf(obj), obj.Text("metadata", "namespace") ?? "default", obj);
    }

    public Task<StoredObject> UpdateAsync(StoredObject stored, Action<JsonObject> change, WriteScope scope = WriteScope.Main) =>
        Writer.UpdateAsync(Registry.FindStored(stored.Key.Resource)!, stored.Namespace, stored.Name, current =>
        {
            change(current);
            return current;
        }, scope);

    public Task<(StoredObject Object, bool Gone)> DeleteAsync(StoredObject stored, DeleteOptions? options = null) =>
        Writer.DeleteAsync(Registry.FindStored(stored.Key.Resource)!, stored.Namespace, stored.Name, options ?? DeleteOptions.Default);

    public StoredObject? Find(StoredObject stored) => Store.State.Find(stored.Key);

    public IReadOnlyList<StoredObject> List(string resource, string ns = "default") => [.. Store.State.List(resource, ns)];

    /// <summary>Waits until the stored objects are as wanted; looks again at every change.</summary>
    public async Task<StoreState> UntilAsync(Func<StoreState, bool> condition, string because = "")
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var revision = Store.EventRevision;
            var state = Store.State;
            if (condition(state))
            {
                return state;
            }
            var events = new List<StoreEvent>();
            Store.AllEvents.TryRead(revision, events, 1, out var changed);
            if (events.Count == 0)
            {
                try
                {
                    await changed.WaitAsync(patience.Token);
                }
                catch (OperationCanceledException)
                {
                    throw new TimeoutException($"not within 30 s: {because}\n" + string.Join('\n',
                        state.Resources.Where(r => r != "namespaces").SelectMany(r => state.List(r)).Select(o => Encoding.UTF8.GetString(o.Json.Span))));
                }
            }
        }
    }

    public static JsonObject Parse(string yaml) => JsonFields.Parse(YamlJson.Documents(yaml).Single().Span);

    private ApiResource KindOf(JsonObject obj) =>
        Registry.FindKind(obj.Text("apiVersion")!, obj.Text("kind")!) ?? throw new KeyNotFoundException($"no kind {obj.Text("kind")}");
}
