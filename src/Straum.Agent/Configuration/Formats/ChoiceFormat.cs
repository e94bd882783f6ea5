using System.Text.Json.Nodes;
using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Formats;

/// <summary>One of a few words.</summary>
internal sealed class ChoiceFormat<T>(params (string Word, T Value)[] choices) : ConfigFormat<T> where T : struct, Enum
{
    public override string Expected => choices.Length == 1
        ? choices[0].Word
        : string.Join(", ", choices[..^1].Select(static c => c.Word)) + " or " + choices[^1].Word;

    public override bool TryRead(ConfigNode node, Complain complain, out T value)
    {
        if (node is not ConfigScalar { IsNull: false } scalar)
        {
            return Refuse(node, complain, out value);
        }
        foreach (var choice in choices)
        {
            if (choice.Word == scalar.Text)
            {
                value = choice.Value;
                return true;
            }
        }
        value = default;
        var nearest = NearestName.Find(scalar.Text, choices.Select(static c => c.Word));
        complain(node, $"found {scalar.Text}", nearest is null ? $"write {Expected}" : $"did you mean {nearest}?");
        return false;
    }

    public override string Print(T value) => choices.First(c => c.Value.Equals(value)).Word;

    public override JsonObject Schema() => new() { ["enum"] = new JsonArray([.. choices.Select(static c => (JsonNode)JsonValue.Create(c.Word))]) };
}
