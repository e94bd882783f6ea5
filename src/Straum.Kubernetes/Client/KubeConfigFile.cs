using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Straum.Kubernetes.Yaml;

namespace Straum.Kubernetes.Client;

/// <summary>
/// A kubeconfig. Credentials that would run a program (exec, auth-provider) are refused: an agent that starts
/// whatever a file names is a hole. Relative paths in it count from its own directory.
/// </summary>
public sealed class KubeConfigFile
{
    private readonly string _path;
    private readonly JsonElement _root;

    private KubeConfigFile(string path, JsonElement root) => (_path, _root) = (path, root);

    /// <summary>$KUBECONFIG, or ~/.kube/config.</summary>
    public static string DefaultPath(Func<string, string?> environment)
    {
        // Merging several files is kubectl's business; the first is the one that kubectl writes to.
        var listed = environment("KUBECONFIG")?.Split(':', StringSplitOptions.RemoveEmptyEntries);
        return listed is [var first, ..] ? first : Path.Combine(environment("HOME") ?? "/root", ".kube", "config");
    }

    /// <summary>Reads the cluster and user of a context; of current-context when none is named.</summary>
    public static ClusterConfig Load(string path, string? context = null)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClusterConfigException($"kubeconfig {path}", $"cannot be read: {e.Message}", e);
        }
        return Parse(text, path, context);
    }

    /// <summary>Like <see cref="Load"/>, for text that is said to come from <paramref name="path"/>.</summary>
    public static ClusterConfig Parse(string text, string path, string? context = null)
    {
        try
        {
            var documents = YamlJson.Documents(text);
            if (documents.Count != 1)
            {
                throw new ClusterConfigException($"kubeconfig {path}", "is empty");
            }
            using var document = JsonDocument.Parse(documents[0]);
            return new KubeConfigFile(path, document.RootElement).Resolve(context);
        }
        catch (YamlTextException e)
        {
            throw new ClusterConfigException($"kubeconfig {path}", e.Message, e);
        }
    }

    private ClusterConfig Resolve(string? context)
    {
        var contextName = context ?? Text(_root, "current-context")
            ?? throw Refuse("names no current-context; name one of its contexts");
        var chosen = Named("contexts", "context", contextName);
        var clusterName = Text(chosen, "cluster") ?? throw Refuse($"context {contextName} names no cluster");
        var cluster = Named("clusters", "cluster", clusterName);
        var userName = Text(chosen, "user");
        var user = userName is null ? default : Named("users", "user", userName);

        var config = FromCluster(clusterName, cluster) with { Namespace = Text(chosen, "namespace") ?? "default" };
        return userName is null ? config : WithUser(config, userName, user);
    }

    private ClusterConfig FromCluster(string name, JsonElement cluster)
    {
        if (Text(cluster, "proxy-url") is not null)
        {
            throw Refuse($"cluster {name}: proxy-url is not supported; give a server that is reached directly");
        }
        if (!Uri.TryCreate(Text(cluster, "server"), UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
        {
            throw Refuse($"cluster {name}: server must be an http or https URL");
        }
        var skips = cluster.TryGetProperty("insecure-skip-tls-verify", out var skip) && skip.ValueKind == JsonValueKind.True;
        X509Certificate2Collection? authorities = null;
        if (Pem(cluster, "certificate-authority", $"cluster {name}") is { } pem)
        {
            authorities = [];
            Import($"cluster {name}: certificate-authority", () => authorities.ImportFromPem(pem));
            if (authorities.Count == 0)
            {
                throw Refuse($"cluster {name}: certificate-authority holds no certificate");
            }
        }
        return new ClusterConfig
        {
            Server = server,
            Authorities = authorities,
            TlsServerName = Text(cluster, "tls-server-name"),
            SkipTlsVerify = skips,
            Warnings = skips
                ? [$"kubeconfig {_path}: cluster {name} sets insecure-skip-tls-verify: anyone on the way can read and change what we exchange"]
                : ImmutableArray<string>.Empty,
        };
    }

    private ClusterConfig WithUser(ClusterConfig config, string name, JsonElement user)
    {
        foreach (var refused in (ReadOnlySpan<string>)["exec", "auth-provider", "username", "password", "as", "as-groups"])
        {
            if (user.ValueKind == JsonValueKind.Object && user.TryGetProperty(refused, out _))
            {
                throw Refuse($"user {name}: {refused} is not supported; use a token, tokenFile or client certificate");
            }
        }
        var tokenFile = Text(user, "tokenFile");
        var token = Text(user, "token");
        config = config with
        {
            Token = tokenFile is not null ? new TokenFile(Absolute(tokenFile)) : token is not null ? new FixedToken(token) : null,
        };
        var certificate = Pem(user, "client-certificate", $"user {name}");
        var key = Pem(user, "client-key", $"user {name}");
        if (certificate is null && key is null)
        {
            return config;
        }
        if (certificate is null || key is null)
        {
            throw Refuse($"user {name}: client-certificate and client-key belong together");
        }
        var chain = new X509Certificate2Collection();
        X509Certificate2? own = null;
        Import($"user {name}: client-certificate", () =>
        {
            chain.ImportFromPem(certificate);
            own = X509Certificate2.CreateFromPem(certificate, key);
        });
        chain.RemoveAt(0);
        return config with { ClientCertificate = own, ClientIntermediates = chain };
    }

    /// <summary>The entry of a named list, as in contexts: [{name, context}].</summary>
    private JsonElement Named(string list, string field, string name)
    {
        if (_root.ValueKind == JsonValueKind.Object && _root.TryGetProperty(list, out var entries)
            && entries.ValueKind == JsonValueKind.Array)
        {
            foreach (var entry in entries.EnumerateArray())
            {
                if (Text(entry, "name") == name && entry.TryGetProperty(field, out var found))
                {
                    return found;
                }
            }
        }
        throw Refuse($"has no {field} named {name}");
    }

    /// <summary>PEM text from "field-data" (base64) or from the file that "field" names; data wins, as in kubectl.</summary>
    private string? Pem(JsonElement element, string field, string owner)
    {
        try
        {
            if (Text(element, field + "-data") is { } data)
            {
                return System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(data));
            }
            return Text(element, field) is { } file ? File.ReadAllText(Absolute(file)) : null;
        }
        catch (FormatException)
        {
            throw Refuse($"{owner}: {field}-data is no base64");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refuse($"{owner}: {field} cannot be read: {e.Message}");
        }
    }

    private void Import(string what, Action import)
    {
        try
        {
            import();
        }
        catch (CryptographicException e)
        {
            throw Refuse($"{what}: {e.Message}");
        }
    }

    private string Absolute(string file) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(_path))!, file);

    private ClusterConfigException Refuse(string reason) => new($"kubeconfig {_path}", reason);

    /// <summary>The text of a scalar field; null when absent or empty. Unquoted tokens may look like numbers.</summary>
    private static string? Text(JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(field, out var value)
        && value.ValueKind is JsonValueKind.String or JsonValueKind.Number
            ? value.ToString() is { Length: > 0 } text ? text : null
            : null;
}
