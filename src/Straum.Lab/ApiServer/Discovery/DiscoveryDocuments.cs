using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Resources;

namespace Straum.Lab.ApiServer.Discovery;

/// <summary>What clients ask to learn which kinds there are: the aggregated form (one document) and the old one (one per version).</summary>
internal sealed class DiscoveryDocuments(ResourceRegistry registry)
{
    private static readonly string[] StatusVerbs = ["get", "patch", "update"];

    /// <summary>APIGroupDiscoveryList of the core group or of all others.</summary>
    /// <param name="version">Of apidiscovery.k8s.io: v2 or v2beta1, which have the same content.</param>
    public JsonObject Aggregated(bool core, string version)
    {
        var items = new JsonArray();
        foreach (var group in registry.All.Where(r => r.Group.Length == 0 == core).GroupBy(r => r.Group))
        {
            var versions = group.GroupBy(r => r.Version).Select(byVersion => (JsonNode)new JsonObject
            {
                ["version"] = byVersion.Key,
                ["resources"] = new JsonArray([.. byVersion.Select(r => (JsonNode)ResourceDiscovery(r))]),
                ["freshness"] = "Current",
            });
            var metadata = new JsonObject { ["creationTimestamp"] = null };
            if (!core)
            {
                metadata["name"] = group.Key;
            }
            items.Add((JsonNode)new JsonObject { ["metadata"] = metadata, ["versions"] = new JsonArray([.. versions]) });
        }
        return new JsonObject
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["apiVersion"] = "apidiscovery.k8s.io/" + version,
            ["metadata"] = new JsonObject(),
            ["items"] = items,
        };
    }

    /// <summary>APIVersions of the core group.</summary>
    public static JsonObject CoreVersions(string serverAddress) => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(
            new JsonObject { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = serverAddress }),
    };

    /// <summary>APIGroupList of all groups but the core one.</summary>
    public JsonObject Groups() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray([.. GroupNames().Select(name => (JsonNode)GroupOf(name))]),
    };

    /// <summary>APIGroup; null when there is no such group.</summary>
    public JsonObject? Group(string name)
    {
        if (!GroupNames().Contains(name))
        {
            return null;
        }
        var group = GroupOf(name);
        group["kind"] = "APIGroup";
        group["apiVersion"] = "v1";
        return group;
    }

    /// <summary>APIResourceList of one version; null when it is not served.</summary>
    public JsonObject? Resources(string group, string version)
    {
        var resources = registry.All.Where(r => r.Group == group && r.Version == version).ToList();
        if (resources.Count == 0)
        {
            return null;
        }
        var list = new JsonArray();
        foreach (var resource in resources)
        {
            var entry = Entry(resource.Plural, resource.Kind, resource.Namespaced, resource.Verbs);
            entry["singularName"] = resource.Singular;
            AddNames(entry, resource);
            list.Add((JsonNode)entry);
            foreach (var sub in Subresources(resource))
            {
                var part = Entry($"{resource.Plural}/{sub.Name}", sub.Kind, resource.Namespaced, sub.Verbs);
                if (sub.Group != resource.Group || sub.Version != resource.Version)
                {
                    part["group"] = sub.Group;
                    part["version"] = sub.Version;
                }
                list.Add((JsonNode)part);
            }
        }
        return new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = resources[0].ApiVersion,
            ["resources"] = list,
        };
    }

    private IEnumerable<string> GroupNames() => registry.All.Select(r => r.Group).Where(group => group.Length > 0).Distinct();

    private JsonObject GroupOf(string name)
    {
        var versions = registry.All.Where(r => r.Group == name).Select(r => r.Version).Distinct()
            .Select(version => new JsonObject { ["groupVersion"] = $"{name}/{version}", ["version"] = version }).ToList();
        return new JsonObject
        {
            ["name"] = name,
            ["versions"] = new JsonArray([.. versions]),
            ["preferredVersion"] = versions[0].DeepClone(),
        };
    }

    private static JsonObject ResourceDiscovery(ApiResource resource)
    {
        var entry = new JsonObject
        {
            ["resource"] = resource.Plural,
            ["responseKind"] = Kind(resource.Group, resource.Version, resource.Kind),
            ["scope"] = resource.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = resource.Singular,
            ["verbs"] = Texts(resource.Verbs),
        };
        AddNames(entry, resource);
        var parts = Subresources(resource).Select(sub => (JsonNode)new JsonObject
        {
            ["subresource"] = sub.Name,
            ["responseKind"] = Kind(sub.Group, sub.Version, sub.Kind),
            ["verbs"] = Texts(sub.Verbs),
        }).ToArray();
        if (parts.Length > 0)
        {
            entry["subresources"] = new JsonArray(parts);
        }
        return entry;
    }

    private static IEnumerable<(string Name, string Group, string Version, string Kind, string[] Verbs)> Subresources(ApiResource resource)
    {
        if (resource.HasStatus)
        {
            yield return ("status", resource.Group, resource.Version, resource.Kind, StatusVerbs);
        }
        if (resource.Scale is not null)
        {
            yield return ("scale", "autoscaling", "v1", "Scale", StatusVerbs);
        }
        switch (resource.StorageKey)
        {
            case "pods":
                yield return ("binding", "", "v1", "Binding", ["create"]);
                yield return ("log", "", "v1", "Pod", ["get"]);
                yield return ("eviction", "policy", "v1", "Eviction", ["create"]);
                break;
            case "namespaces":
                yield return ("finalize", "", "v1", "Namespace", ["update"]);
                break;
        }
    }

    private static JsonObject Entry(string name, string kind, bool namespaced, IEnumerable<string> verbs) => new()
    {
        ["name"] = name,
        ["singularName"] = "",
        ["namespaced"] = namespaced,
        ["kind"] = kind,
        ["verbs"] = Texts(verbs),
    };

    private static void AddNames(JsonObject entry, ApiResource resource)
    {
        if (resource.ShortNames.Count > 0)
        {
            entry["shortNames"] = Texts(resource.ShortNames);
        }
        if (resource.Categories.Count > 0)
        {
            entry["categories"] = Texts(resource.Categories);
        }
    }

    private static JsonObject Kind(string group, string version, string kind) =>
        new() { ["group"] = group, ["version"] = version, ["kind"] = kind };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
