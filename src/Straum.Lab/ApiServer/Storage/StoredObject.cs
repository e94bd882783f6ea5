using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Storage;

/// <summary>
/// One state of one object: its JSON as UTF-8, ready to be sent, and the metadata that lists, watches and controllers
/// look at. Immutable; whoever wants to change an object takes a copy by <see cref="Parse"/>.
/// </summary>
internal sealed class StoredObject
{
    private static readonly IReadOnlyDictionary<string, string> None = FrozenDictionary<string, string>.Empty;

    private readonly WeakReference<JsonObject?> _view = new(null);

    private StoredObject(ObjectKey key, long revision, ReadOnlyMemory<byte> json, JsonObject parsed)
    {
        Key = key;
        Revision = revision;
        Json = json;
        var metadata = parsed.Object("metadata") ?? [];
        Uid = metadata.Text("uid") ?? "";
        Created = metadata.Time("creationTimestamp") ?? DateTimeOffset.UnixEpoch;
        Deleting = metadata.Time("deletionTimestamp");
        Labels = TextMap(metadata.Object("labels"));
        Finalizers = [.. metadata.Texts("finalizers")];
        Owners = [.. metadata.Objects("ownerReferences").Select(owner => new OwnerReference(
            owner.Text("apiVersion") ?? "", owner.Text("kind") ?? "", owner.Text("name") ?? "", owner.Text("uid") ?? "",
            owner.Flag("controller"), owner.Flag("blockOwnerDeletion")))];
    }

    public ObjectKey Key { get; }

    public string Namespace => Key.Namespace;

    public string Name => Key.Name;

    /// <summary>The store's revision that wrote this state: <c>metadata.resourceVersion</c>.</summary>
    public long Revision { get; }

    public ReadOnlyMemory<byte> Json { get; }

    public string Uid { get; }

    public DateTimeOffset Created { get; }

    /// <summary><c>metadata.deletionTimestamp</c>: deletion was asked for and waits for a node or a finalizer.</summary>
    public DateTimeOffset? Deleting { get; }

    public IReadOnlyDictionary<string, string> Labels { get; }

    public IReadOnlyList<string> Finalizers { get; }

    public IReadOnlyList<OwnerReference> Owners { get; }

    /// <summary>The owner with <c>controller: true</c>.</summary>
    public OwnerReference? Controller => Owners.FirstOrDefault(owner => owner.Controller);

    /// <summary>The object parsed, shared by all readers: not to be changed.</summary>
    public JsonObject View
    {
        get
        {
            if (!_view.TryGetTarget(out var view))
            {
                _view.SetTarget(view = Parse());
            }
            return view;
        }
    }

    /// <summary>A copy of the object that the caller may change.</summary>
    public JsonObject Parse() => JsonFields.Parse(Json.Span);

    /// <summary>The object as stored under <paramref name="revision"/>, which is written into it.</summary>
    public static StoredObject Create(ObjectKey key, long revision, JsonObject parsed)
    {
        parsed.Need("metadata")["resourceVersion"] = revision.ToString();
        return new StoredObject(key, revision, parsed.ToUtf8(), parsed);
    }

    /// <summary>The object as a journal record holds it.</summary>
    public static StoredObject Load(in JournalRecord record) =>
        new(new ObjectKey(record.Resource, record.Namespace, record.Name), record.Revision, record.Json.ToArray(), JsonFields.Parse(record.Json.Span));

    /// <summary>The same state under a later revision, as the event of its deletion carries it.</summary>
    public StoredObject At(long revision) => Create(Key, revision, Parse());

    private static IReadOnlyDictionary<string, string> TextMap(JsonObject? map)
    {
        if (map is null || map.Count == 0)
        {
            return None;
        }
        var texts = new Dictionary<string, string>(map.Count, StringComparer.Ordinal);
        foreach (var (name, value) in map)
        {
            texts[name] = value.AsText() ?? "";
        }
        return texts;
    }
}
