using System.Text.RegularExpressions;

namespace Straum.Doctor.Evidence;

/// <summary>
/// Takes secrets out of text before it leaves the machine: values of keys whose names say that they are secret, bearer
/// tokens, passwords in addresses, and private keys. It errs on the side of taking out too much.
/// </summary>
public static partial class Redaction
{
    private const string Mark = "[redacted]";

    public static string Apply(string text)
    {
        text = PrivateKeys().Replace(text, $"$1{Mark}$2");
        text = AddressPasswords().Replace(text, $"$1{Mark}@");
        text = WebTokens().Replace(text, Mark);
        text = Authorization().Replace(text, $"$1{Mark}");
        return SecretValues().Replace(text, $"$1{Mark}");
    }

    [GeneratedRegex(@"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(-----END [A-Z ]*PRIVATE KEY-----)", RegexOptions.Singleline)]
    private static partial Regex PrivateKeys();

    /// <summary>https://user:password@host</summary>
    [GeneratedRegex(@"(\b[a-z][a-z0-9+.-]*://[^\s/:@]+:)[^\s/@]+@", RegexOptions.IgnoreCase)]
    private static partial Regex AddressPasswords();

    /// <summary>Three base64url parts, as service account tokens are.</summary>
    [GeneratedRegex(@"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+")]
    private static partial Regex WebTokens();

    [GeneratedRegex(@"(\b(?:authorization\s*[:=]\s*)?(?:bearer|basic)\s+)[A-Za-z0-9+/=._~-]{8,}", RegexOptions.IgnoreCase)]
    private static partial Regex Authorization();

    /// <summary>
    /// YAML, JSON, environment and command line: the name, a separator, the value to its end. Not names that only speak of a
    /// file (tokenFile, --token-path).
    /// </summary>
    [GeneratedRegex(@"((?:[\w.-]*(?:password|passwd|secret|token|api-?key|client-?key-?data|private-?key|credential)s?)""?\s*[:=]\s*)(?:""[^""]*""|'[^']*'|[^\s,;}\]]+)", RegexOptions.IgnoreCase)]
    private static partial Regex SecretValues();
}
