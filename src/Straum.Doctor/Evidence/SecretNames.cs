using System.Text.RegularExpressions;

namespace Straum.Doctor.Evidence;

/// <summary>Which names say that their value is secret: dbPassword, AWS_SECRET_ACCESS_KEY, --token; not tokenFile or secretName.</summary>
internal static partial class SecretNames
{
    /// <summary>Whether a value of this name is to be taken out.</summary>
    /// <param name="name">As it is written, with dashes, dots or underscores.</param>
    public static bool Has(string name)
    {
        if (UpperCase().IsMatch(name))
        {
            return true;
        }
        var plain = Separators().Replace(name, "").ToLowerInvariant();
        if (WholeNames().IsMatch(plain))
        {
            return true;
        }
        // The last word of them says what the name is of: secretKeyRef is a reference, secretAccessKey is a key.
        return Words().Match(plain) is { Success: true } word && !Places().IsMatch(plain[(word.Index + word.Length)..]);
    }

    [GeneratedRegex("[-_.]")]
    private static partial Regex Separators();

    /// <summary>Variables of an environment; in other letters pass and key are too many other things.</summary>
    [GeneratedRegex(@"^(?:[A-Z0-9_]*_KEY|(?:[A-Z0-9_]*_)?PASS)$|^--?(?:[\w-]+-)?pass$")]
    private static partial Regex UpperCase();

    [GeneratedRegex(@"^_?(?:auth|(?:proxy)?authorization|(?:set)?cookie|sig|xamzsignature)$|(?:psk|(?<=.)(?<!^old)pwd|jwt|(?:db|user|smtp|http|admin|root)pass|fastopenkey|rsskey|dockercfg|dockerconfigjson)$")]
    private static partial Regex WholeNames();

    [GeneratedRegex("(?:password|passwd|passphrase|passcode|secret|token|credential|(?:api|access|private|preshared|shared|account|signing|encryption|master|auth|ssh|hmac|certificate|unseal|recovery)key|keydata|keypass)", RegexOptions.RightToLeft)]
    private static partial Regex Words();

    /// <summary>What is left of a name that speaks of where a secret is, of how long, or of how many there are.</summary>
    [GeneratedRegex("(?:files?|paths?|dir|directory|folder|names?|namespaces?|refs?|references?|ur[li]s?|endpoint|host|server|issuer|audiences?|class|config|ttl|timeout|interval|duration|expir(?:ation|es|y|ed)|seconds|changed?|age|size|length|count|total|limit|types?|kind|mode|policy|version|enabled|optional|required|reviews?|requests?|controller|cleaner|usages?|groups?|cacerthash(?:es)?|provider|plugin|driver|store|manager|mount|volumes?|description|labels?|selector|bytes|bucket|webhook|authentication|signer|izer)$")]
    private static partial Regex Places();
}
