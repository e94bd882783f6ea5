using System.Text;

namespace Straum.Lab.ApiServer.Certificates;

/// <summary>The file that lets kubectl and agents in: addresses, authority and token. Readable by its owner only.</summary>
internal static class KubeconfigFile
{
    /// <summary>
    /// Writes a kubeconfig with one cluster and context per server. The first is called <c>straum</c> and is current;
    /// the others are called after where they listen.
    /// </summary>
    public static void Write(string path, IReadOnlyList<(string Name, string Url)> servers, string authorityPem, string token)
    {
        var authority = Convert.ToBase64String(Encoding.ASCII.GetBytes(authorityPem));
        var text = new StringBuilder("apiVersion: v1\nkind: Config\nclusters:\n");
        foreach (var (name, url) in servers)
        {
            text.Append($"- name: {name}\n  cluster:\n    server: {url}\n    certificate-authority-data: {authority}\n");
        }
        text.Append($"users:\n- name: admin\n  user:\n    token: {token}\ncontexts:\n");
        foreach (var (name, _) in servers)
        {
            text.Append($"- name: {name}\n  context:\n    cluster: {name}\n    user: admin\n");
        }
        text.Append($"current-context: {servers[0].Name}\n");
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory)
        {
            Directory.CreateDirectory(directory);
        }
        ClusterCertificates.WriteSecret(path, text.ToString());
    }
}
