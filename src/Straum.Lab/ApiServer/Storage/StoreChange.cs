using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Storage;

/// <summary>What a writer decided after looking at the current object.</summary>
internal readonly struct StoreChange
{
    private StoreChange(JsonObject? content, bool deletes)
    {
        Content = content;
        Deletes = deletes;
    }

    /// <summary>Leave everything as it is.</summary>
    public static StoreChange None => default;

    /// <summary>Remove the object; it leaves in the state it is in.</summary>
    public static StoreChange Delete { get; } = new(null, deletes: true);

    public JsonObject? Content { get; }

    public bool Deletes { get; }

    /// <summary>Store this; nothing is written, and no revision used, when it equals what is there.</summary>
    public static StoreChange Put(JsonObject content) => new(content, deletes: false);
}
