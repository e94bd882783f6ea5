using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Straum.Control.Addressing;

namespace Straum.Agent.Cni;

/// <summary>The parts of a network configuration that the agent uses. Other keys are the runtime's or other plugins'.</summary>
public sealed record CniConfig
{
    public required CniVersion Version { get; init; }

    /// <summary>The network's name: GC is about attachments to it and no other.</summary>
    public required string Name { get; init; }

    /// <summary>What the runtime adds per pod for the capabilities that the configuration declares; undefined without.</summary>
    public JsonElement RuntimeConfig { get; init; }

    /// <summary>DNS settings of the network, to be passed through; undefined without.</summary>
    public JsonElement Dns { get; init; }

    /// <summary>The result of ADD, possibly changed by later plugins; <c>null</c> without.</summary>
    public CniPreviousResult? PreviousResult { get; init; }

    /// <summary>GC: the attachments to keep; <c>null</c> when the runtime names none, which is not the same as naming no one.</summary>
    public IReadOnlySet<AddressOwner>? ValidAttachments { get; init; }

    public static bool TryParse(
        JsonElement root, [NotNullWhen(true)] out CniConfig? config, [NotNullWhen(false)] out CniError? error)
    {
        config = null;
        if (root.ValueKind != JsonValueKind.Object)
        {
            error = new CniError(CniErrorCode.Undecodable, "the network configuration is not a JSON object");
            return false;
        }
        var versionText = Text(root, "cniVersion");
        if (!CniVersion.TryParse(versionText, out var version) || !CniVersion.Supported.Contains(version))
        {
            error = new CniError(
                CniErrorCode.IncompatibleVersion, "the cniVersion of the network configuration is not supported",
                $"cniVersion \"{versionText}\"; supported are {string.Join(", ", CniVersion.Supported)}");
            return false;
        }
        var name = Text(root, "name");
        if (!CniRequest.IsValidName(name))
        {
            error = new CniError(CniErrorCode.InvalidConfig, "the network configuration has no valid name", name);
            return false;
        }
        IReadOnlySet<AddressOwner>? valid = null;
        // libcni writes both keys; the older is that of a draft (containernetworking/cni#1101).
        if ((root.TryGetProperty("cni.dev/valid-attachments", out var list) || root.TryGetProperty("cni.dev/attachments", out list))
            && !TryReadAttachments(list, out valid))
        {
            error = new CniError(CniErrorCode.InvalidConfig, "cni.dev/valid-attachments is not a list of {containerID, ifname}");
            return false;
        }
        CniPreviousResult? previous = null;
        if (root.TryGetProperty("prevResult", out var result) && result.ValueKind == JsonValueKind.Object)
        {
            previous = CniPreviousResult.Parse(result);
        }
        config = new CniConfig
        {
            Version = version,
            Name = name,
            RuntimeConfig = Member(root, "runtimeConfig"),
            Dns = Member(root, "dns"),
            PreviousResult = previous,
            ValidAttachments = valid,
        };
        error = null;
        return true;
    }

    /// <summary>An object of that name, or an undefined element.</summary>
    internal static JsonElement Member(JsonElement root, string key) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Object
            ? value
            : default;

    internal static string Text(JsonElement root, string key) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";

    /// <summary>Go writes an empty list as <c>null</c>. One bad entry spoils all: what it meant to keep must not be removed.</summary>
    private static bool TryReadAttachments(JsonElement list, out IReadOnlySet<AddressOwner>? valid)
    {
        var owners = new HashSet<AddressOwner>();
        valid = owners;
        if (list.ValueKind == JsonValueKind.Null)
        {
            return true;
        }
        if (list.ValueKind != JsonValueKind.Array)
        {
            return false;
        }
        foreach (var entry in list.EnumerateArray())
        {
            var owner = new AddressOwner(Text(entry, "containerID"), Text(entry, "ifname"));
            if (owner.ContainerId.Length == 0 || owner.InterfaceName.Length == 0)
            {
                return false;
            }
            owners.Add(owner);
        }
        return true;
    }
}
