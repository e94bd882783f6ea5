using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Selectors;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.Http;

/// <summary>Which objects of a kind a list, watch or deletion of a collection is about.</summary>
internal sealed class ObjectFilter
{
    private readonly ApiResource _resource;
    private readonly string? _namespace;
    private readonly LabelSelector _labels;
    private readonly FieldSelector _fields;

    public ObjectFilter(ApiCall call)
    {
        _resource = call.Resource;
        _namespace = call.Path.Namespace.Length > 0 ? call.Path.Namespace : null;
        _labels = LabelSelector.Parse(call.Query("labelSelector"));
        _fields = FieldSelector.Parse(call.Query("fieldSelector"), _resource.SelectableFields.ContainsKey);
        IsEverything = _labels.Requirements.Count == 0 && _fields.IsEverything;
    }

    /// <summary>No selector narrows it down.</summary>
    public bool IsEverything { get; }

    public bool Matches(StoredObject stored) =>
        (_namespace is null || stored.Namespace == _namespace)
        && _labels.Matches(stored.Labels)
        && _fields.Matches(stored, _resource.SelectField);

    /// <summary>The matching objects of a state in order.</summary>
    public IEnumerable<StoredObject> Select(StoreState state) => state.List(_resource.StorageKey, _namespace).Where(Matches);
}
