using System.Text.Json;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Decoding;

internal static class EventDecoder
{
    public static Event Decode(ref Utf8JsonReader json)
    {
        var meta = new ObjectMeta();
        while (json.NextField())
        {
            if (json.IsField("metadata"u8)) { meta = json.ReadMeta(); }
            else { json.SkipValue(); }
        }
        return new Event { Meta = meta };
    }
}
