using System.Text.RegularExpressions;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>What names a kind allows, with the words in which the real server refuses others.</summary>
internal sealed partial class NameRule
{
    public static readonly NameRule Subdomain = new(253, SubdomainPattern(),
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character " +
        "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");

    public static readonly NameRule Label = new(63, LabelPattern(),
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character " +
        "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')");

    /// <summary>Services: usable as a DNS label that starts with a letter.</summary>
    public static readonly NameRule ServiceLabel = new(63, ServicePattern(),
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character " +
        "(e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')");

    /// <summary>RBAC names: anything that is one path segment.</summary>
    public static readonly NameRule PathSegment = new(int.MaxValue, PathSegmentPattern(), "may not contain '/' or '%'");

    private readonly int _maxLength;
    private readonly Regex _pattern;
    private readonly string _refusal;

    private NameRule(int maxLength, Regex pattern, string refusal)
    {
        _maxLength = maxLength;
        _pattern = pattern;
        _refusal = refusal;
    }

    /// <summary>What is wrong with the name; null when nothing is.</summary>
    public string? Check(string name) =>
        name.Length > _maxLength ? $"must be no more than {_maxLength} characters"
        : _pattern.IsMatch(name) ? null
        : _refusal;

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex SubdomainPattern();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex LabelPattern();

    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex ServicePattern();

    [GeneratedRegex(@"^(?!\.\.?\z)[^/%]+\z")]
    private static partial Regex PathSegmentPattern();
}
