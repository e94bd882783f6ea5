namespace Straum.Lab.ApiServer.Schemas;

/// <summary>What a field holds.</summary>
internal enum SchemaType
{
    /// <summary>Anything; not looked into.</summary>
    Any,
    Object,
    Map,
    List,
    Text,

    /// <summary>Base64 text.</summary>
    Bytes,
    Flag,
    Integer,
    IntegerOrText,

    /// <summary>A resource quantity: text, or a bare number.</summary>
    Quantity,

    /// <summary>RFC 3339 in whole seconds.</summary>
    Time,

    /// <summary>RFC 3339 with microseconds.</summary>
    MicroTime,
}
