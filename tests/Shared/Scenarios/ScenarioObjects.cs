using System.Text.Json;
using Straum.Kubernetes;
using Straum.Kubernetes.Decoding;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Snapshots;
using Straum.Kubernetes.Yaml;

namespace Straum.Scenarios;

/// <summary>The objects of a scenario, as informers would know them at some point of it.</summary>
public sealed class ScenarioObjects
{
    private readonly Dictionary<(string Kind, NamespacedName Key), KubernetesObject> _objects = [];
    private readonly SnapshotBuilder _builder = new() { AllSynced = true };

    public IEnumerable<KubernetesObject> All => _objects.Values;

    public Snapshot Snapshot => _builder.Build();

    /// <summary>Applies a section; false when it is of another runner.</summary>
    public bool TryApply(ScenarioSection section)
    {
        switch (section.Name)
        {
            case "objects":
                foreach (var document in YamlJson.Documents(section.Text))
                {
                    Set(Decode(document));
                }
                return true;
            case "delete":
                foreach (var line in section.Statements)
                {
                    Remove(line.Split(' ')[0], NamespacedName.Parse(line.Split(' ')[1]));
                }
                return true;
            default:
                return false;
        }
    }

    public static KubernetesObject Decode(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var kind = document.RootElement.GetProperty("kind").GetString();
        return kind switch
        {
            "Node" => ObjectJson.Decode(Kinds.Nodes, json),
            "Namespace" => ObjectJson.Decode(Kinds.Namespaces, json),
            "Pod" => ObjectJson.Decode(Kinds.Pods, json),
            "Service" => ObjectJson.Decode(Kinds.Services, json),
            "EndpointSlice" => ObjectJson.Decode(Kinds.EndpointSlices, json),
            _ => throw new InvalidOperationException($"scenarios know no {kind}"),
        };
    }

    private void Set(KubernetesObject item)
    {
        _objects[(item.GetType().Name, item.Key)] = item;
        _builder.Set(item);
    }

    private void Remove(string kind, NamespacedName key)
    {
        if (!_objects.Remove((kind, key)))
        {
            throw new InvalidOperationException($"there is no {kind} {key} to delete");
        }
        switch (kind)
        {
            case "Node": _builder.Nodes = _builder.Nodes.Remove(key); break;
            case "Pod": _builder.Pods = _builder.Pods.Remove(key); break;
            case "Service": _builder.Services = _builder.Services.Remove(key); break;
            case "EndpointSlice": _builder.EndpointSlices = _builder.EndpointSlices.Remove(key); break;
            default: throw new InvalidOperationException($"scenarios delete no {kind}");
        }
    }
}
