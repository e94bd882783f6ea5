using System.Text.RegularExpressions;

namespace Straum.Doctor.Evidence;

/// <summary>
/// Takes secrets out of text before it leaves the machine: what has the form of one wherever it stands (private keys, bearer and
/// bootstrap tokens, passwords in addresses, keys of clouds), and values of names that say that they are secret
/// (<see cref="SecretNames"/>). It errs on the side of taking out too much.
/// </summary>
public static partial class Redaction
{
    private const string Mark = "[redacted]";

    public static string Apply(string text)
    {
        text = PrivateKeys().Replace(text, $"$1{Mark}$2");
        text = PrivateKeyEnds().Replace(text, $"{Mark}$1");
        text = EncodedKeys().Replace(text, Mark);
        text = AddressPasswords().Replace(text, $"$1{Mark}@");
        text = LongUsers().Replace(text, $"$1{Mark}@");
        text = WebTokens().Replace(text, Mark);
        text = IssuedKeys().Replace(text, Mark);
        text = Authorization().Replace(text, $"$1{Mark}");
        text = Arguments().Replace(text, $"${{head}}{Mark}");
        return SecretFields.Redact(text, Mark);
    }

    /// <summary>What is cut off before its end is taken out to the end of the text.</summary>
    [GeneratedRegex(@"(-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----).*?(?:(-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----)|\z)", RegexOptions.Singleline)]
    private static partial Regex PrivateKeys();

    /// <summary>The beginning is cut off.</summary>
    [GeneratedRegex(@"(?:[A-Za-z0-9+/=]+(?:\s+|\\n))+(-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----)", RegexOptions.RightToLeft)]
    private static partial Regex PrivateKeyEnds();

    /// <summary>PEM in base64, as Secrets and kubeconfigs have it; certificates stay.</summary>
    [GeneratedRegex(@"LS0tLS1CRUdJTi(?!BDRVJUSUZJ)[A-Za-z0-9+/_=-]+")]
    private static partial Regex EncodedKeys();

    /// <summary>https://user:password@host, and user:password@tcp(host) of databases. Not the port before a path with an @.</summary>
    [GeneratedRegex(@"(\b[a-z][a-z0-9+.-]{0,20}://[^\s/:@""']{0,300}:(?!\d{1,5}/)|(?<![\w.-])[\w.-]{1,100}:(?=[^\s@""']{1,300}@(?:tcp|unix)\())(?:[^\s""'<>?]{1,300}@(?=[\w.:[\]-]+(?:[/?\s""',;)]|$)|\w+\()|[^\s/""'<>]{1,300}@)", RegexOptions.IgnoreCase)]
    private static partial Regex AddressPasswords();

    /// <summary>https://token@host</summary>
    [GeneratedRegex(@"(\bhttps?://)[A-Za-z0-9_-]{20,}@", RegexOptions.IgnoreCase)]
    private static partial Regex LongUsers();

    /// <summary>Base64url parts, as service account tokens are.</summary>
    [GeneratedRegex(@"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){2,4}")]
    private static partial Regex WebTokens();

    /// <summary>kubeadm's, AWS's, GitHub's, GitLab's, Slack's, Google's, Stripe's, DigitalOcean's, Vault's, npm's, Docker's, age's: each is known by its beginning.</summary>
    [GeneratedRegex(@"(?<![\w.-])(?:[a-z0-9]{6}\.(?=[a-z]*[0-9])[a-z0-9]{16}(?![\w.-])|(?:AKIA|ASIA)[A-Z0-9]{16}\b|gh[pousr]_\w{30,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|AIza[\w-]{35}|ya29\.[\w-]+|[sr]k_live_\w+|do[opr]_v1_[a-f0-9]{64}|hv[sb]\.[\w-]{24,}|npm_\w{36}|dckr_pat_[\w-]{20,}|AGE-SECRET-KEY-1\w+)")]
    private static partial Regex IssuedKeys();

    /// <summary>Not "basic connectivity": what follows has another character than a word.</summary>
    [GeneratedRegex(@"(\b(?:authorization\s*[:=]\s*)?(?:bearer|basic)\s+)(?!realm=|[A-Za-z]?[a-z]+(?![A-Za-z0-9+/=_~]))[A-Za-z0-9+/=._~-]{8,}", RegexOptions.IgnoreCase)]
    private static partial Regex Authorization();

    /// <summary>Programs whose arguments have no name that says so: curl, etcdctl, sshpass, mysql, openssl, .netrc, ip xfrm.</summary>
    [GeneratedRegex(@"(?<head>(?<![\w-])(?:--user[ =]|-u[ =]?)(?<q>[""'])?(?!\d+:)[\w.@-]+:|\bsshpass\s+-p\s*(?<q>[""'])?|\bmysql(?:dump|admin)?\s(?:[^\n]{0,200}?\s)?-p(?=[^\s-])(?<q>[""'])?|\b(?:docker|podman|nerdctl|buildah|registry)\s+login\s(?:[^\n]{0,200}?\s)?-p[ =]?(?=[^\s-])(?<q>[""'])?|\s-pass(?:in|out)?\s+(?<q>[""'])?pass:|\blogin\s+\S+\s+password\s+|\b(?:enc|auth|auth-trunc|aead)\s\S+\s(?=0x))(?(q)[^\n""']+|[^\s""']+)")]
    private static partial Regex Arguments();
}
