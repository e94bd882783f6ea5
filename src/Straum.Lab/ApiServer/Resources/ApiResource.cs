using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.CustomResources;
using Straum.Lab.ApiServer.Schemas;
using Straum.Lab.ApiServer.Storage;
using Straum.Lab.ApiServer.Tables;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>
/// One kind in one version, as the server registers it: everything that the generic handlers need to know of it.
/// To add a built-in kind: a type in a <c>Schemas/*.schema</c> file, an entry in <see cref="BuiltinResources"/>, a
/// <see cref="TableLayout"/> if it prints more than name and age, a <see cref="ResourceStrategy"/> if it has defaults.
/// </summary>
internal sealed class ApiResource
{
    private readonly string? _singular;
    private readonly string? _listKind;
    private readonly string? _storageKey;

    /// <summary>Empty for the core group.</summary>
    public required string Group { get; init; }

    public required string Version { get; init; }

    public required string Plural { get; init; }

    public required string Kind { get; init; }

    public string Singular { get => _singular ?? Kind.ToLowerInvariant(); init => _singular = value; }

    public string ListKind { get => _listKind ?? Kind + "List"; init => _listKind = value; }

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    public bool Namespaced { get; init; } = true;

    /// <summary>The status is written through <c>/status</c> only, and everything else not through it.</summary>
    public bool HasStatus { get; init; }

    public ScalePaths? Scale { get; init; }

    /// <summary><c>metadata.generation</c> counts changes outside metadata and status.</summary>
    public bool TracksGeneration { get; init; }

    /// <summary>A PUT without resourceVersion is taken.</summary>
    public bool AllowsUnconditionalUpdate { get; init; } = true;

    /// <summary>Names are path segments (RBAC: <c>system:node</c>) instead of DNS subdomains.</summary>
    public NameRule NameRule { get; init; } = NameRule.Subdomain;

    /// <summary>Objects are questions that a POST answers; none is kept.</summary>
    public bool IsReview { get; init; }

    /// <summary>Fields of a built-in kind; null for a custom resource.</summary>
    public Schema? Schema { get; init; }

    /// <summary>Fields of a custom resource; null for a built-in kind.</summary>
    public CustomResourceSchema? CustomSchema { get; init; }

    public ResourceStrategy Strategy { get; init; } = ResourceStrategy.Plain;

    public TableLayout Table { get; init; } = TableLayout.NameAndAge;

    /// <summary>Fields beyond metadata.name and metadata.namespace that field selectors may use.</summary>
    public IReadOnlyDictionary<string, Func<JsonObject, string>> SelectableFields { get; init; } =
        new Dictionary<string, Func<JsonObject, string>>();

    /// <summary>Translates between the stored form and this version; null when they differ in apiVersion at most.</summary>
    public IVersionConverter? Converter { get; init; }

    /// <summary>Several versions are served, so stored objects may carry another apiVersion.</summary>
    public bool HasOtherVersions { get; init; }

    /// <summary>What discovery says can be done with it.</summary>
    public IReadOnlyList<string> Verbs =>
        IsReview ? ["create"] : ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Names the kind in the store, the same for all its versions.</summary>
    public string StorageKey { get => _storageKey ?? (Group.Length == 0 ? Plural : $"{Plural}.{Group}"); init => _storageKey = value; }

    public ObjectKey KeyOf(string ns, string name) => new(StorageKey, Namespaced ? ns : "", name);

    /// <summary>The value of one of <see cref="SelectableFields"/>.</summary>
    public string SelectField(StoredObject stored, string field) => SelectableFields[field](stored.View);

    /// <summary>The object as this version shows it, as UTF-8.</summary>
    public ReadOnlyMemory<byte> Serve(StoredObject stored) =>
        Converter is null && !HasOtherVersions ? stored.Json : ServeObject(stored).ToUtf8();

    /// <summary>The object as this version shows it; a copy that the caller may change.</summary>
    public JsonObject ServeObject(StoredObject stored)
    {
        var obj = stored.Parse();
        if (Converter is not null)
        {
            obj = Converter.FromStored(obj);
        }
        obj["apiVersion"] = ApiVersion;
        return obj;
    }

    /// <summary>What the store keeps of an object in this version.</summary>
    public JsonObject ToStored(JsonObject obj) => Converter is null ? obj : Converter.ToStored(obj);

    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}
