using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Straum.Linux;

namespace Straum.Lab.ApiServer.Certificates;

/// <summary>
/// The cluster's own certificate authority and access token. Made at the first start and kept in a directory that only
/// its owner can read; the server's certificate is made anew at every start, for the addresses of that start.
/// </summary>
internal sealed class ClusterCertificates : IDisposable
{
    private const int ValidYears = 10;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly X509Certificate2 _authority;

    private ClusterCertificates(X509Certificate2 authority, string token)
    {
        _authority = authority;
        Token = token;
    }

    /// <summary>The bearer token that allows everything.</summary>
    public string Token { get; }

    /// <summary>The authority's certificate in PEM.</summary>
    public string AuthorityPem => _authority.ExportCertificatePem();

    /// <summary>Loads what <paramref name="directory"/> holds and makes what is missing.</summary>
    public static ClusterCertificates Open(string directory)
    {
        Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
        var (certificate, key, token) = (Path.Combine(directory, "ca.crt"), Path.Combine(directory, "ca.key"), Path.Combine(directory, "token"));
        if (!File.Exists(certificate) || !File.Exists(key))
        {
            using var made = CreateAuthority();
            WriteSecret(key, made.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
            WriteSecret(certificate, made.ExportCertificatePem());
        }
        if (!File.Exists(token))
        {
            WriteSecret(token, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        }
        return new ClusterCertificates(X509Certificate2.CreateFromPemFile(certificate, key), File.ReadAllText(token).Trim());
    }

    /// <summary>A server certificate for these names and addresses, signed by the authority.</summary>
    public X509Certificate2 IssueServer(IEnumerable<string> names, IEnumerable<IPAddress> addresses)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=kube-apiserver", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            alternatives.AddDnsName(name);
        }
        foreach (var address in addresses.Distinct())
        {
            alternatives.AddIpAddress(address);
        }
        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false)); // serverAuth
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_authority, true, false));
        using var issued = request.Create(_authority, _authority.NotBefore, _authority.NotAfter, RandomNumberGenerator.GetBytes(16));
        return issued.CopyWithPrivateKey(key);
    }

    public void Dispose() => _authority.Dispose();

    private static X509Certificate2 CreateAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=straum-ca", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        // A day of slack for clocks that disagree.
        var from = DateTimeOffset.UtcNow.AddDays(-1);
        return request.CreateSelfSigned(from, from.AddYears(ValidYears));
    }

    internal static void WriteSecret(string path, string content) => DurableFile.Write(path, System.Text.Encoding.UTF8.GetBytes(content), OwnerOnly);
}
