using System.Text;

namespace Straum.Lab.Pods.Containers;

/// <summary>The <c>$(NAME)</c> references of commands, arguments and variables, as Kubernetes defines them.</summary>
public static class VariableExpansion
{
    /// <summary>
    /// Replaces <c>$(NAME)</c> by its value; leaves a reference to an unknown name as it stands; <c>$$</c> is one dollar sign.
    /// </summary>
    public static string Expand(string text, IReadOnlyDictionary<string, string> variables)
    {
        if (!text.Contains('$'))
        {
            return text;
        }
        var expanded = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                expanded.Append(text[i]);
            }
            else if (text[i + 1] == '$')
            {
                expanded.Append('$');
                i++;
            }
            else if (text[i + 1] == '(' && text.IndexOf(')', i) is var end and > 0 && variables.TryGetValue(text[(i + 2)..end], out var value))
            {
                expanded.Append(value);
                i = end;
            }
            else
            {
                expanded.Append('$');
            }
        }
        return expanded.ToString();
    }
}
