using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>What every object's metadata must keep to.</summary>
internal static partial class MetadataRules
{
    // metadata.annotations together, keys and values
    private const int MaxAnnotationsLength = 256 << 10;

    private const string ValueRefusal =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
        "(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private const string KeyRefusal =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
        "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    public static void Validate(JsonObject metadata, NameRule names, List<StatusCause> causes)
    {
        var name = metadata.Text("name") ?? "";
        if (name.Length == 0)
        {
            causes.Add(StatusCause.Required("metadata.name", "name or generateName is required"));
        }
        else if (names.Check(name) is { } refusal)
        {
            causes.Add(StatusCause.Invalid("metadata.name", $"\"{name}\"", refusal));
        }
        ValidateLabels(metadata.Object("labels"), "metadata.labels", causes);
        var length = 0;
        foreach (var (key, value) in metadata.Object("annotations") ?? [])
        {
            ValidateKey(key.ToLowerInvariant(), key, "metadata.annotations", causes);
            length += key.Length + (value.AsText()?.Length ?? 0);
        }
        if (length > MaxAnnotationsLength)
        {
            causes.Add(new StatusCause("FieldValueTooLong", $"Too long: may not be more than {MaxAnnotationsLength} bytes", "metadata.annotations"));
        }
        foreach (var (index, owner) in metadata.Objects("ownerReferences").Index())
        {
            foreach (var field in (ReadOnlySpan<string>)["apiVersion", "kind", "name", "uid"])
            {
                if (string.IsNullOrEmpty(owner.Text(field)))
                {
                    causes.Add(StatusCause.Invalid($"metadata.ownerReferences[{index}].{field}", "\"\"", "must not be empty"));
                }
            }
        }
    }

    /// <summary>Checks a map of labels wherever one stands, e.g. in a pod template.</summary>
    public static void ValidateLabels(JsonObject? labels, string path, List<StatusCause> causes)
    {
        foreach (var (key, node) in labels ?? [])
        {
            ValidateKey(key, key, path, causes);
            var value = node.AsText() ?? "";
            if (value.Length > 63)
            {
                causes.Add(StatusCause.Invalid(path, $"\"{value}\"", "must be no more than 63 characters"));
            }
            else if (!LabelValue().IsMatch(value))
            {
                causes.Add(StatusCause.Invalid(path, $"\"{value}\"", ValueRefusal));
            }
        }
    }

    private static void ValidateKey(string key, string shown, string path, List<StatusCause> causes)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var name = key[(slash + 1)..];
        if (slash == 0 || (slash > 0 && NameRule.Subdomain.Check(key[..slash]) is not null))
        {
            causes.Add(StatusCause.Invalid(path, $"\"{shown}\"", "prefix part " + (slash == 0 ? "must be non-empty" : NameRule.Subdomain.Check(key[..slash])!)));
        }
        else if (name.Length > 63)
        {
            causes.Add(StatusCause.Invalid(path, $"\"{shown}\"", "name part must be no more than 63 characters"));
        }
        else if (!KeyName().IsMatch(name))
        {
            causes.Add(StatusCause.Invalid(path, $"\"{shown}\"", KeyRefusal));
        }
    }

    [GeneratedRegex(@"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z")]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z")]
    private static partial Regex KeyName();
}
