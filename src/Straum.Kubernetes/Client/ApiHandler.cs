using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Straum.Kubernetes.Client;

/// <summary>Makes the HTTP handler for a cluster: TLS against its own authorities, and connections that notice their death.</summary>
internal static class ApiHandler
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    public static SocketsHttpHandler Create(ClusterConfig config) => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        // HTTP/2 pings and TCP keep-alive both find a half-open connection within about half a minute; the
        // deadline of each watch is the last resort (see WatchStream).
        KeepAlivePingDelay = KeepAlive,
        KeepAlivePingTimeout = KeepAlive,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        ConnectCallback = ConnectAsync,
        SslOptions = Tls(config),
    };

    private static SslClientAuthenticationOptions Tls(ClusterConfig config)
    {
        var options = new SslClientAuthenticationOptions();
        if (config.ClientCertificate is { } certificate)
        {
            options.ClientCertificateContext =
                SslStreamCertificateContext.Create(certificate, config.ClientIntermediates, offline: true);
        }
        if (config.SkipTlsVerify)
        {
#pragma warning disable CA5359 // The operator asked for it, and ClusterConfig.Warnings says what it means.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (config.Authorities is { } authorities)
        {
            // The name is still checked by SslStream; only the roots of the chain are replaced.
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }
        return options;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)KeepAlive.TotalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, ct).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
