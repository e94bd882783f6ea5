using System.Buffers;
using System.Net;
using System.Text.Json;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Decoding;

/// <summary>
/// Reading one object field by field without a document in between: fields nobody asks for are skipped as
/// bytes. JSON null reads as the default everywhere, because that is how the API server writes nil.
/// </summary>
/// <remarks>
/// The shape of every decoder:
/// <code>
/// while (json.NextField())
/// {
///     if (json.IsField("name"u8)) name = json.ReadString();
///     else json.SkipValue();
/// }
/// </code>
/// A value of a wrong type throws <see cref="UnexpectedValueException"/>, which <see cref="ObjectJson"/>
/// turns into an <see cref="ObjectDecodeException"/> with the path.
/// </remarks>
internal static class JsonFields
{
    private const int LongestOnStack = 256;

    /// <summary>Moves to the next field of the object that the reader is in; false at its end.</summary>
    public static bool NextField(this ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType == JsonTokenType.PropertyName;
    }

    /// <summary>
    /// Whether the reader is on this field's name; false once its value has been read, so that
    /// <c>IsField(name) &amp;&amp; EnterObject()</c> falls through to the end of the chain on null.
    /// </summary>
    public static bool IsField(this ref Utf8JsonReader json, ReadOnlySpan<byte> name) =>
        json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals(name);

    /// <summary>Skips the value of the current field, unless it has been read already.</summary>
    public static void SkipValue(this ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.PropertyName)
        {
            json.Read();
            json.Skip();
        }
    }

    /// <summary>Enters the object that is the current field's value; false when it is null.</summary>
    public static bool EnterObject(this ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType switch
        {
            JsonTokenType.StartObject => true,
            JsonTokenType.Null => false,
            _ => throw Unexpected(ref json, "an object"),
        };
    }

    /// <summary>Enters the array that is the current field's value; false when it is null.</summary>
    public static bool EnterArray(this ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType switch
        {
            JsonTokenType.StartArray => true,
            JsonTokenType.Null => false,
            _ => throw Unexpected(ref json, "a list"),
        };
    }

    /// <summary>Moves to the next object of the array that the reader is in, and enters it; false at its end.</summary>
    public static bool NextObject(this ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType switch
        {
            JsonTokenType.StartObject => true,
            JsonTokenType.EndArray => false,
            _ => throw Unexpected(ref json, "an object"),
        };
    }

    /// <summary>Reads a list of objects. <paramref name="decode"/> gets a reader inside each object.</summary>
    public static ValueArray<T> ReadObjects<T>(this ref Utf8JsonReader json, ObjectReader<T> decode)
    {
        if (!json.EnterArray())
        {
            return default;
        }
        // Most lists here have one or two items: no list object for those.
        var items = new ArrayBuffer<T>();
        while (json.NextObject())
        {
            items.Add(decode(ref json));
        }
        return items.ToValueArray();
    }

    /// <summary>Reads a list of strings. <paramref name="convert"/> gets a reader on each string.</summary>
    public static ValueArray<T> ReadStrings<T>(this ref Utf8JsonReader json, ObjectReader<T> convert)
    {
        if (!json.EnterArray())
        {
            return default;
        }
        var items = new ArrayBuffer<T>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.String)
            {
                throw Unexpected(ref json, "a string");
            }
            items.Add(convert(ref json));
        }
        return items.ToValueArray();
    }

    public static string ReadString(this ref Utf8JsonReader json) =>
        json.ReadIsNull(JsonTokenType.String, "a string") ? "" : json.GetString()!;

    /// <summary>Like <see cref="ReadString"/>, for values that many objects share.</summary>
    public static string ReadInterned(this ref Utf8JsonReader json) =>
        json.ReadIsNull(JsonTokenType.String, "a string") ? "" : json.GetInterned();

    /// <summary>The current string token (or property name) from the pool.</summary>
    public static string GetInterned(this ref Utf8JsonReader json)
    {
        var length = json.HasValueSequence ? json.ValueSequence.Length : json.ValueSpan.Length;
        if (length > LongestOnStack)
        {
            return json.GetString()!;
        }
        Span<byte> utf8 = stackalloc byte[LongestOnStack];
        return Utf8StringPool.Shared.Intern(utf8[..json.CopyString(utf8)]);
    }

    public static bool ReadBool(this ref Utf8JsonReader json, bool whenNull = false)
    {
        json.Read();
        return json.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.Null => whenNull,
            _ => throw Unexpected(ref json, "true or false"),
        };
    }

    public static int ReadInt(this ref Utf8JsonReader json)
    {
        if (json.ReadIsNull(JsonTokenType.Number, "a number"))
        {
            return 0;
        }
        return json.TryGetInt32(out var value) ? value : throw Unexpected(ref json, "a whole number of 32 bits");
    }

    /// <summary>A port, 0 to 65535; 0 when null.</summary>
    public static ushort ReadPort(this ref Utf8JsonReader json)
    {
        if (json.ReadIsNull(JsonTokenType.Number, "a port number"))
        {
            return 0;
        }
        return json.TryGetUInt16(out var value) ? value : throw Unexpected(ref json, "a port from 0 to 65535");
    }

    public static DateTimeOffset? ReadTime(this ref Utf8JsonReader json)
    {
        if (json.ReadIsNull(JsonTokenType.String, "a time"))
        {
            return null;
        }
        return json.TryGetDateTimeOffset(out var value) ? value : throw Unexpected(ref json, "a time (RFC 3339)");
    }

    /// <summary>The current string token as an address.</summary>
    public static IPAddress GetAddress(this ref Utf8JsonReader json)
    {
        Span<char> text = stackalloc char[64];
        var length = json.CopyShort(text);
        return length > 0 && AddressText.TryParse(text[..length], out var address)
            ? address
            : throw Unexpected(ref json, "an IP address");
    }

    /// <summary>The current string token as a prefix; surrounding blanks are allowed, as the API allows them.</summary>
    public static IPNetwork GetNetwork(this ref Utf8JsonReader json)
    {
        Span<char> text = stackalloc char[64];
        var length = json.CopyShort(text);
        return length > 0 && AddressText.TryParseNetwork(text[..length].Trim(), out var network)
            ? network
            : throw Unexpected(ref json, "an address prefix such as 10.0.0.0/8");
    }

    /// <summary>Labels or a selector. <paramref name="keeps"/> sees the key before anything is allocated.</summary>
    public static LabelSet ReadLabels(this ref Utf8JsonReader json, Func<ReadOnlySpan<byte>, bool>? keeps = null)
    {
        if (!json.EnterObject())
        {
            return default;
        }
        var pairs = new ArrayBuffer<KeyValuePair<string, string>>();
        while (json.NextField())
        {
            if (keeps is not null && !keeps(json.HasValueSequence ? json.ValueSequence.ToArray() : json.ValueSpan))
            {
                json.SkipValue();
                continue;
            }
            var key = json.GetInterned();
            pairs.Add(new(key, json.ReadInterned()));
        }
        return LabelSet.FromUnsorted(pairs.ToArray());
    }

    public static UnexpectedValueException Unexpected(ref Utf8JsonReader json, string expected) =>
        new(json.TokenStartIndex, expected, json.TokenType);

    /// <summary>Reads the current field's value: true for null, false for the wanted type, else throws.</summary>
    private static bool ReadIsNull(this ref Utf8JsonReader json, JsonTokenType wanted, string expected)
    {
        json.Read();
        if (json.TokenType == wanted)
        {
            return false;
        }
        return json.TokenType == JsonTokenType.Null ? true : throw Unexpected(ref json, expected);
    }

    /// <summary>Copies the current string token; 0 when it is none or longer than any address.</summary>
    private static int CopyShort(this ref Utf8JsonReader json, scoped Span<char> text)
    {
        if (json.TokenType != JsonTokenType.String
            || (json.HasValueSequence ? json.ValueSequence.Length : json.ValueSpan.Length) > text.Length)
        {
            return 0;
        }
        return json.CopyString(text);
    }
}

/// <summary>Reads one value from the token that the reader is on, and leaves the reader on its last token.</summary>
internal delegate T ObjectReader<out T>(ref Utf8JsonReader json);
