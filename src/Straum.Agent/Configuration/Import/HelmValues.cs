using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Import;

/// <summary>What <c>helm get values</c> prints: values below a title of its own, which stands like a key beside them.</summary>
internal static class HelmValues
{
    private static readonly string[] Titles = ["USER-SUPPLIED VALUES:", "COMPUTED VALUES:"];

    /// <summary>Whether a text is that.</summary>
    public static bool HasTitle(string text) => Titles.Contains(FirstLine(text).Trim());

    /// <summary>The values; <c>null</c>, which it prints for a release without any, is a group without keys. Throws <see cref="ConfigSyntaxException"/>.</summary>
    public static ConfigNode? Parse(string text)
    {
        // A comment in the title's place leaves every line where it is.
        var root = ConfigText.Parse(HasTitle(text) ? $"#{text.AsSpan(FirstLine(text).Length)}" : text);
        return root is null or ConfigScalar { IsNull: true } ? new ConfigGroup([], 1, 1) : root;
    }

    private static string FirstLine(string text) => text[..(text.IndexOf('\n') is >= 0 and var end ? end : text.Length)];
}
