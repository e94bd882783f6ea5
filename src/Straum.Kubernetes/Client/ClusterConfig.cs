using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace Straum.Kubernetes.Client;

/// <summary>
/// Where an API server is and how to speak to it: from a kubeconfig (<see cref="KubeConfigFile"/>), from a pod's
/// service account (<see cref="InClusterConfig"/>), or written by hand.
/// </summary>
public sealed record ClusterConfig
{
    /// <summary>Scheme, host and port, and the path in front of /api where a proxy wants one.</summary>
    public required Uri Server { get; init; }

    /// <summary>The authorities that may have signed the server's certificate; null means the system's.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>The name that the certificate must carry and that is sent as SNI, where it is not the server's host.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>Accept any certificate. <see cref="Warnings"/> says so.</summary>
    public bool SkipTlsVerify { get; init; }

    /// <summary>The bearer token, or null.</summary>
    public ITokenSource? Token { get; init; }

    /// <summary>The client's certificate with its private key, or null.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Sent along with <see cref="ClientCertificate"/>.</summary>
    public X509Certificate2Collection? ClientIntermediates { get; init; }

    /// <summary>The namespace of the context or of our own pod.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>What a reader of the log should know about this configuration.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>
    /// The same cluster through another host and port, as an agent needs it that must not depend on the
    /// Service addresses it provides. The certificate must be valid for <paramref name="host"/>.
    /// </summary>
    public ClusterConfig At(string host, int port) =>
        this with { Server = new UriBuilder(Server) { Host = host, Port = port }.Uri };
}
