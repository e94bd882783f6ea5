using System.Text.Json;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Decoding;

internal static class ObjectMetaDecoder
{
    /// <summary>Reads the metadata object that is the current field's value.</summary>
    public static ObjectMeta ReadMeta(this ref Utf8JsonReader json)
    {
        string name = "", ns = "", uid = "", version = "";
        DateTimeOffset created = default;
        DateTimeOffset? deleted = null;
        LabelSet labels = default, annotations = default;
        if (!json.EnterObject())
        {
            return new ObjectMeta();
        }
        while (json.NextField())
        {
            if (json.IsField("name"u8)) { name = json.ReadString(); }
            else if (json.IsField("namespace"u8)) { ns = json.ReadInterned(); }
            else if (json.IsField("uid"u8)) { uid = json.ReadString(); }
            else if (json.IsField("resourceVersion"u8)) { version = json.ReadString(); }
            else if (json.IsField("creationTimestamp"u8)) { created = json.ReadTime() ?? default; }
            else if (json.IsField("deletionTimestamp"u8)) { deleted = json.ReadTime(); }
            else if (json.IsField("labels"u8)) { labels = json.ReadLabels(); }
            else if (json.IsField("annotations"u8)) { annotations = json.ReadLabels(WellKnown.KeepsAnnotation); }
            else { json.SkipValue(); }
        }
        return new ObjectMeta
        {
            Name = name,
            Namespace = ns,
            Uid = uid,
            ResourceVersion = version,
            CreatedAt = created,
            DeletedAt = deleted,
            Labels = labels,
            Annotations = annotations,
        };
    }

    /// <summary>The status of one condition in a list of conditions: whether it is "True".</summary>
    public static bool ReadConditionIsTrue(this ref Utf8JsonReader json, ReadOnlySpan<byte> type)
    {
        var isTrue = false;
        if (!json.EnterArray())
        {
            return false;
        }
        while (json.NextObject())
        {
            bool isType = false, status = false;
            while (json.NextField())
            {
                if (json.IsField("type"u8)) { json.Read(); isType = json.TokenType == JsonTokenType.String && json.ValueTextEquals(type); }
                else if (json.IsField("status"u8)) { json.Read(); status = json.TokenType == JsonTokenType.String && json.ValueTextEquals("True"u8); }
                else { json.SkipValue(); }
            }
            isTrue |= isType && status;
        }
        return isTrue;
    }

    /// <summary>Those of a list of conditions whose type starts with <see cref="WellKnown.Prefix"/>.</summary>
    public static ValueArray<Condition> ReadOwnConditions(this ref Utf8JsonReader json)
    {
        var conditions = new ArrayBuffer<Condition>();
        if (!json.EnterArray())
        {
            return default;
        }
        while (json.NextObject())
        {
            string type = "", status = "", message = "";
            while (json.NextField())
            {
                if (json.IsField("type"u8)) { type = json.ReadInterned(); }
                else if (json.IsField("status"u8)) { status = json.ReadInterned(); }
                else if (json.IsField("message"u8)) { message = json.ReadString(); }
                else { json.SkipValue(); }
            }
            if (type.StartsWith(WellKnown.Prefix, StringComparison.Ordinal))
            {
                conditions.Add(new Condition { Type = type, Status = status, Message = message });
            }
        }
        return conditions.ToValueArray();
    }

    /// <summary>TCP when the field is null or absent, as the API defaults it.</summary>
    public static Protocol ReadProtocol(this ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType switch
        {
            JsonTokenType.Null => Protocol.Tcp,
            JsonTokenType.String when json.ValueTextEquals("TCP"u8) || json.ValueTextEquals(""u8) => Protocol.Tcp,
            JsonTokenType.String when json.ValueTextEquals("UDP"u8) => Protocol.Udp,
            JsonTokenType.String when json.ValueTextEquals("SCTP"u8) => Protocol.Sctp,
            _ => throw JsonFields.Unexpected(ref json, "TCP, UDP or SCTP"),
        };
    }
}
