using System.Security.Cryptography.X509Certificates;

namespace Straum.Kubernetes.Client;

/// <summary>What kubelet gives every pod: the API server's address in the environment, a token and an authority in files.</summary>
public static class InClusterConfig
{
    private const string DefaultDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Whether this process runs in a pod that has a service account.</summary>
    public static bool IsPresent(Func<string, string?> environment, string directory = DefaultDirectory) =>
        environment("KUBERNETES_SERVICE_HOST") is { Length: > 0 } && File.Exists(Path.Combine(directory, "token"));

    /// <summary>Throws <see cref="ClusterConfigException"/> when a part is missing.</summary>
    /// <param name="environment">Returns an environment variable or null.</param>
    /// <param name="directory">The service account's volume.</param>
    public static ClusterConfig Load(Func<string, string?> environment, string directory = DefaultDirectory)
    {
        var host = environment("KUBERNETES_SERVICE_HOST");
        var port = environment("KUBERNETES_SERVICE_PORT");
        if (string.IsNullOrEmpty(host) || !int.TryParse(port, out var number))
        {
            throw new ClusterConfigException(
                "in-cluster configuration", "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; is this a pod?");
        }
        var authorities = new X509Certificate2Collection();
        var authorityFile = Path.Combine(directory, "ca.crt");
        try
        {
            authorities.ImportFromPemFile(authorityFile);
        }
        catch (Exception e) when (e is IOException or System.Security.Cryptography.CryptographicException)
        {
            throw new ClusterConfigException(authorityFile, $"the authority cannot be read: {e.Message}", e);
        }
        var namespaceFile = Path.Combine(directory, "namespace");
        return new ClusterConfig
        {
            Server = new UriBuilder("https", host, number).Uri,
            Authorities = authorities,
            Token = new TokenFile(Path.Combine(directory, "token")),
            Namespace = File.Exists(namespaceFile) ? File.ReadAllText(namespaceFile).Trim() : "default",
        };
    }
}
