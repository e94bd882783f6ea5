using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Straum.Kubernetes.Support;

/// <summary>An HTTPS server on loopback that answers every request with a Namespace named as it was addressed.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate;
    private readonly Task _serving;

    public TlsServer((string Certificate, string Key) pem)
    {
        _certificate = X509Certificate2.CreateFromPem(pem.Certificate, pem.Key);
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Url => new($"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>The common name of the client's certificate in the last handshake, and the server name it asked for.</summary>
    public (string? Client, string? ServerName) Seen { get; private set; }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving;
        _certificate.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var tcp = await _listener.AcceptTcpClientAsync();
                await AnswerAsync(tcp);
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            // Disposed.
        }
    }

    private async Task AnswerAsync(TcpClient tcp)
    {
        await using var tls = new SslStream(tcp.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificate = _certificate,
                ClientCertificateRequired = true,
#pragma warning disable CA5359 // The tests look at the client's certificate, they do not trust it.
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    Seen = ((certificate as X509Certificate2)?.GetNameInfo(X509NameType.SimpleName, false), null);
                    return true;
                },
#pragma warning restore CA5359
            });
            Seen = (Seen.Client, tls.TargetHostName);
            var buffer = new byte[8192];
            var request = "";
            while (!request.Contains("\r\n\r\n"))
            {
                var count = await tls.ReadAsync(buffer);
                if (count == 0)
                {
                    return;
                }
                request += Encoding.ASCII.GetString(buffer, 0, count);
            }
            const string Body = """{"metadata":{"name":"default"}}""";
            await tls.WriteAsync(Encoding.ASCII.GetBytes(
                $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"));
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            // The client did not like our certificate.
        }
    }
}
