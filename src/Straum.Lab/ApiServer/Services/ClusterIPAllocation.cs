using System.Net;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.Services;

/// <summary>
/// Settles <c>ipFamilyPolicy</c>, <c>ipFamilies</c>, <c>clusterIP</c> and <c>clusterIPs</c> of one Service that is
/// written: infers what is missing, checks what is there, takes addresses.
/// </summary>
internal sealed class ClusterIPAllocation(ServiceAddresses addresses, JsonObject spec, JsonObject? old, List<StatusCause> causes)
{
    private const string Single = "SingleStack";

    private string Policy => spec.Text("ipFamilyPolicy") ?? Single;

    /// <summary>
    /// <list type="number">
    /// <item>Policy: as given, as before, or by what the Service is.</item>
    /// <item>Families: from the addresses given; headless without selector may name any.</item>
    /// <item>Families must be configured; the second is added when wanted and to be had.</item>
    /// <item>Addresses: one per family, kept, checked or picked.</item>
    /// </list>
    /// </summary>
    public void Run()
    {
        var headless = ServiceStrategy.IsHeadless(spec);
        var bare = headless && spec.Object("selector") is null or { Count: 0 };

        // :: Step 1: policy
        if (spec["ipFamilyPolicy"] is null)
        {
            spec["ipFamilyPolicy"] = old?.Text("ipFamilyPolicy") ?? (bare ? "RequireDualStack" : Single);
        }
        ShrinkToSingle();
        if (Policy == Single)
        {
            RefuseSecond("clusterIPs", "cluster IPs");
            RefuseSecond("ipFamilies", "IP families");
        }

        // :: Step 2: families of the addresses that are given
        var families = spec.Texts("ipFamilies").ToList();
        CheckGivenAddresses(families, headless);
        if (causes.Count > 0)
        {
            return;
        }

        // :: Step 3: families that the cluster has
        if (families.Count == 0)
        {
            families.Add(ServiceAddresses.NameOf(addresses.Pools[0].Family));
        }
        if (!bare)
        {
            RequireConfigured(families);
        }
        if (causes.Count > 0)
        {
            return;
        }
        if (Policy != Single && families.Count == 1 && (bare || addresses.Pools.Count == 2))
        {
            families.Add(families[0] == "IPv4" ? "IPv6" : "IPv4");
        }
        spec["ipFamilies"] = new JsonArray([.. families.Select(family => (JsonNode)family)]);

        // :: Step 4: addresses
        if (!headless)
        {
            TakeAddresses(families);
        }
    }

    // With the policy set to single, second entries that the update merely carried over are dropped.
    private void ShrinkToSingle()
    {
        if (old is null)
        {
            return;
        }
        foreach (var field in (ReadOnlySpan<string>)["clusterIPs", "ipFamilies"])
        {
            if (Policy == Single)
            {
                if (spec.Array(field) is { Count: > 1 } list && JsonNode.DeepEquals(list, old[field]))
                {
                    list.RemoveAt(1);
                }
            }
            else if (spec.Array(field) is { Count: 1 } && old.Array(field) is { Count: 2 })
            {
                causes.Add(StatusCause.Invalid("spec.ipFamilyPolicy", $"\"{Policy}\"",
                    $"must be 'SingleStack' to release the secondary {(field == "clusterIPs" ? "cluster IP" : "IP family")}"));
            }
        }
    }

    private void RefuseSecond(string field, string what)
    {
        if (spec.Array(field) is { Count: 2 })
        {
            causes.Add(StatusCause.Invalid("spec.ipFamilyPolicy", $"\"{Policy}\"",
                $"must be 'RequireDualStack' or 'PreferDualStack' when multiple {what} are specified"));
        }
    }

    private void CheckGivenAddresses(List<string> families, bool headless)
    {
        if (headless)
        {
            return;
        }
        foreach (var (index, text) in spec.Texts("clusterIPs").Index())
        {
            if (!IPAddress.TryParse(text, out var ip))
            {
                continue;
            }
            var family = ServiceAddresses.NameOf(ip.AddressFamily);
            if (index < families.Count)
            {
                if (families[index] != family)
                {
                    causes.Add(StatusCause.Invalid($"spec.clusterIPs[{index}]", $"\"{text}\"",
                        $"expected an {families[index]} value as indicated by `ipFamilies[{index}]`"));
                }
            }
            else if (addresses.PoolOf(family) is null)
            {
                causes.Add(StatusCause.Invalid($"spec.clusterIPs[{index}]", ServiceValidation.GoList(spec.Array("clusterIPs")!),
                    $"{family} is not configured on this cluster"));
            }
            else
            {
                families.Add(family);
            }
        }
    }

    private void RequireConfigured(List<string> families)
    {
        if (Policy == "RequireDualStack" && addresses.Pools.Count < 2)
        {
            causes.Add(StatusCause.Invalid("spec.ipFamilyPolicy", $"\"{Policy}\"", "this cluster is not configured for dual-stack services"));
        }
        foreach (var (index, family) in families.Index())
        {
            if (family is not ("IPv4" or "IPv6"))
            {
                causes.Add(StatusCause.NotSupported($"spec.ipFamilies[{index}]", $"\"{family}\"", "IPv4", "IPv6"));
            }
            else if (families.IndexOf(family) < index)
            {
                causes.Add(StatusCause.Duplicate($"spec.ipFamilies[{index}]", $"\"{family}\""));
            }
            else if (addresses.PoolOf(family) is null)
            {
                causes.Add(StatusCause.Invalid($"spec.ipFamilies[{index}]", $"\"{family}\"", "not configured on this cluster"));
            }
        }
    }

    private void TakeAddresses(List<string> families)
    {
        var given = spec.Texts("clusterIPs").ToList();
        var mine = old is null ? [] : old.Texts("clusterIPs").ToHashSet();
        var taken = new JsonArray();
        foreach (var (index, family) in families.Index())
        {
            var pool = addresses.PoolOf(family)!;
            var asked = index < given.Count ? given[index] : "";
            if (asked.Length == 0)
            {
                var next = pool.Next() ?? throw StatusException.InternalError("failed to allocate a serviceIP: range is full");
                taken.Add((JsonNode)next.ToString());
                continue;
            }
            taken.Add((JsonNode)asked);
            var ip = IPAddress.Parse(asked);
            if (!mine.Contains(asked) && Refusal(pool, ip) is { } why)
            {
                causes.Add(StatusCause.Invalid("spec.clusterIPs", ServiceValidation.GoList(spec.Array("clusterIPs")!),
                    $"failed to allocate IP {asked}: {why}"));
            }
        }
        spec.Put("clusterIP", taken[0]);
        spec["clusterIPs"] = taken;
    }

    private static string? Refusal(AddressPool pool, IPAddress ip) =>
        !pool.Contains(ip) ? $"the provided IP ({ip}) is not in the valid range. The range of valid IPs is {pool}"
        : pool.IsUsed(ip) ? "provided IP is already allocated"
        : null;
}
