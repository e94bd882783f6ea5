using System.Text;
using System.Text.Json.Nodes;

namespace Straum.Lab.Cni;

/// <summary>
/// The runtime's side of the CNI specification 1.1, as libcni behaves: which plugin is called in which order, with which
/// environment and input. The caller serialises calls for one container and never runs GC beside ADD or DEL.
/// </summary>
/// <param name="searchPath">Directories of plugins, separated by colons: <c>CNI_PATH</c>.</param>
/// <param name="run">Runs a plugin; in the lab, inside the node's network namespace.</param>
public sealed class CniRuntime(string searchPath, RunPlugin run)
{
    /// <summary>containerd and the kubelet give up a sandbox after minutes; a lab should say sooner that its agent hangs.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Attaches a pod: every plugin in order, each fed the result of the one before.</summary>
    /// <exception cref="CniException">A plugin failed. The caller sends DEL, as the specification asks.</exception>
    public async Task<CniResult> AddAsync(CniNetwork network, CniAttachment attachment, CancellationToken stop)
    {
        CniResult? result = null;
        var plugins = network.Plugins.ToArray();
        for (var i = 0; i < plugins.Length; i++)
        {
            var stdout = await CallAsync("ADD", plugins[i], attachment, network.Request(i, result?.Json, attachment.Capabilities, null), stop);
            result = CniResult.Parse(plugins[i], stdout);
        }
        return result!;
    }

    /// <summary>Asks every plugin whether the attachment still is as ADD left it; does nothing where the network has no CHECK.</summary>
    /// <exception cref="CniException">It is not.</exception>
    public async Task CheckAsync(CniNetwork network, CniAttachment attachment, CancellationToken stop)
    {
        if (!network.HasCheck)
        {
            return;
        }
        var plugins = network.Plugins.ToArray();
        for (var i = 0; i < plugins.Length; i++)
        {
            await CallAsync("CHECK", plugins[i], attachment, network.Request(i, attachment.Result, attachment.Capabilities, null), stop);
        }
    }

    /// <summary>Detaches a pod: the plugins in reverse order. Detaching twice, or what was never attached, succeeds.</summary>
    /// <exception cref="CniException">A plugin failed; the caller tries again.</exception>
    public async Task DelAsync(CniNetwork network, CniAttachment attachment, CancellationToken stop)
    {
        // Before 0.4.0 a plugin did not expect prevResult in DEL.
        var prevResult = network.Version is "0.3.1" ? null : attachment.Result;
        var plugins = network.Plugins.ToArray();
        for (var i = plugins.Length - 1; i >= 0; i--)
        {
            await CallAsync("DEL", plugins[i], attachment, network.Request(i, prevResult, attachment.Capabilities, null), stop);
        }
    }

    /// <summary>Tells every plugin which attachments exist, so that it removes the others; all plugins are asked even when one fails.</summary>
    public async Task GcAsync(CniNetwork network, IEnumerable<CniAttachment> valid, CancellationToken stop)
    {
        if (!network.HasGc)
        {
            return;
        }
        var attachments = new JsonArray([.. valid.Select(a => (JsonNode)new JsonObject { ["containerID"] = a.ContainerId, ["ifname"] = a.Interface })]);
        var plugins = network.Plugins.ToArray();
        var failures = new List<CniException>();
        for (var i = 0; i < plugins.Length; i++)
        {
            try
            {
                await CallAsync("GC", plugins[i], null, network.Request(i, null, null, attachments), stop);
            }
            catch (CniException e)
            {
                failures.Add(e);
            }
        }
        if (failures.Count > 0)
        {
            throw failures[0];
        }
    }

    /// <summary>Null when every plugin can take ADDs, else why not; a network without STATUS is taken to be ready.</summary>
    public async Task<string?> StatusAsync(CniNetwork network, CancellationToken stop)
    {
        if (!network.HasStatus)
        {
            return null;
        }
        try
        {
            var plugins = network.Plugins.ToArray();
            for (var i = 0; i < plugins.Length; i++)
            {
                await CallAsync("STATUS", plugins[i], null, network.Request(i, null, null, null), stop);
            }
            return null;
        }
        catch (CniException e)
        {
            return e.Message;
        }
    }

    private async Task<string> CallAsync(string command, string plugin, CniAttachment? attachment, byte[] request, CancellationToken stop)
    {
        var path = searchPath.Split(':').Select(d => Path.Combine(d, plugin)).FirstOrDefault(File.Exists)
            ?? throw CniException.NotFound(plugin, searchPath);
        var environment = new Dictionary<string, string?>
        {
            ["CNI_COMMAND"] = command,
            ["CNI_PATH"] = searchPath,
            ["CNI_CONTAINERID"] = attachment?.ContainerId ?? "",
            ["CNI_NETNS"] = attachment?.Namespace ?? "",
            ["CNI_IFNAME"] = attachment?.Interface ?? "",
            ["CNI_ARGS"] = ArgumentsOf(attachment),
        };

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Limit);
        PluginOutput output;
        try
        {
            output = await run(path, environment, request, limit.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw CniException.TimedOut(plugin, command, Limit);
        }
        return output.ExitCode == 0 ? output.Stdout : throw CniException.FromPlugin(plugin, command, output.ExitCode, output.Stdout, output.Stderr);
    }

    private static string ArgumentsOf(CniAttachment? attachment)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in attachment?.Arguments ?? [])
        {
            text.Append(text.Length == 0 ? "" : ";").Append(key).Append('=').Append(value);
        }
        return text.ToString();
    }
}
