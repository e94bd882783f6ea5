using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Straum.Control.Addressing;

namespace Straum.Agent.Cni;

/// <summary>One call of the plugin, as straum-cni passes it on: its environment, and the configuration from its stdin.</summary>
public sealed record CniRequest
{
    /// <summary>The pending-deletion journal names a file after the container.</summary>
    internal const int MaxContainerIdLength = 200;

    /// <summary>IFNAMSIZ - 1.</summary>
    internal const int MaxInterfaceNameLength = 15;

    public required CniCommand Command { get; init; }

    public string ContainerId { get; init; } = "";

    /// <summary>A path to the pod's network namespace; empty when DEL comes after it is gone.</summary>
    public string NetworkNamespace { get; init; } = "";

    public string InterfaceName { get; init; } = "";

    /// <summary>CNI_ARGS, unparsed.</summary>
    public string Arguments { get; init; } = "";

    public required CniConfig Config { get; init; }

    public AddressOwner Owner => new(ContainerId, InterfaceName);

    /// <summary>
    /// Reads and checks the body of <c>POST /cni</c>:
    /// <c>{"command","containerId","netns","ifName","args","path","config":{…}}</c>. The path is not used.
    /// </summary>
    public static bool TryParse(
        ReadOnlyMemory<byte> body, [NotNullWhen(true)] out CniRequest? request, [NotNullWhen(false)] out CniError? error)
    {
        request = null;
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 192 });
            root = document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            error = new CniError(CniErrorCode.Undecodable, "the request is not JSON", e.Message);
            return false;
        }
        try
        {
            return TryRead(root, out request, out error);
        }
        catch (InvalidOperationException e)
        {
            // A string that is no UTF-16, such as a lone surrogate escape.
            error = new CniError(CniErrorCode.Undecodable, "the request holds text that cannot be decoded", e.Message);
            return false;
        }
    }

    /// <summary>SPEC "CNI_CONTAINERID", and "name": an alphanumeric, then alphanumerics, '_', '.' and '-'.</summary>
    internal static bool IsValidName(string text) =>
        text.Length > 0 && char.IsAsciiLetterOrDigit(text[0])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');

    /// <summary>What the kernel takes as a device name (dev_valid_name).</summary>
    internal static bool IsValidInterfaceName(string text) =>
        System.Text.Encoding.UTF8.GetByteCount(text) is > 0 and <= MaxInterfaceNameLength && text is not ("." or "..")
        && !text.Any(c => c is '/' or ':' || char.IsWhiteSpace(c) || char.IsControl(c));

    private static bool TryRead(JsonElement root, out CniRequest? request, [NotNullWhen(false)] out CniError? error)
    {
        request = null;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("config", out var configObject))
        {
            error = new CniError(CniErrorCode.Undecodable, "the request is not an object with a config");
            return false;
        }
        var commandText = Text(root, "command");
        if (!TryParseCommand(commandText, out var command))
        {
            error = new CniError(CniErrorCode.InvalidEnvironment, "CNI_COMMAND is not one of ADD, DEL, CHECK, GC, STATUS, VERSION", commandText);
            return false;
        }
        if (!CniConfig.TryParse(configObject, out var config, out error))
        {
            return false;
        }
        request = new CniRequest
        {
            Command = command,
            ContainerId = Text(root, "containerId"),
            NetworkNamespace = Text(root, "netns"),
            InterfaceName = Text(root, "ifName"),
            Arguments = Text(root, "args"),
            Config = config,
        };
        error = request.CheckEnvironment();
        return error is null;
    }

    private static bool TryParseCommand(string text, out CniCommand command)
    {
        (var known, command) = text switch
        {
            "ADD" => (true, CniCommand.Add),
            "DEL" => (true, CniCommand.Del),
            "CHECK" => (true, CniCommand.Check),
            "GC" => (true, CniCommand.Gc),
            "STATUS" => (true, CniCommand.Status),
            "VERSION" => (true, CniCommand.Version),
            _ => (false, default),
        };
        return known;
    }

    private static string Text(JsonElement root, string key) =>
        root.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private CniError? CheckEnvironment()
    {
        if (Command is not (CniCommand.Add or CniCommand.Del or CniCommand.Check))
        {
            return null;
        }
        if (!IsValidName(ContainerId) || ContainerId.Length > MaxContainerIdLength)
        {
            return new CniError(CniErrorCode.InvalidEnvironment, "CNI_CONTAINERID is not a valid container ID", ContainerId);
        }
        if (!IsValidInterfaceName(InterfaceName))
        {
            return new CniError(CniErrorCode.InvalidEnvironment, "CNI_IFNAME is not a valid interface name", InterfaceName);
        }
        return NetworkNamespace.Length == 0 && Command != CniCommand.Del
            ? new CniError(CniErrorCode.InvalidEnvironment, "CNI_NETNS is missing")
            : null;
    }
}
