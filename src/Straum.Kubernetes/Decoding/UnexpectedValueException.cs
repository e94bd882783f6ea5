using System.Text.Json;

namespace Straum.Kubernetes.Decoding;

/// <summary>A value of a wrong type at a byte offset; never leaves this assembly (see <see cref="ObjectJson"/>).</summary>
internal sealed class UnexpectedValueException(long offset, string expected, JsonTokenType found)
    : Exception($"expected {expected}, found {Describe(found)}")
{
    public long Offset { get; } = offset;

    private static string Describe(JsonTokenType token) => token switch
    {
        JsonTokenType.String => "a string that is none",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.Null => "null",
        _ => "the end",
    };
}
