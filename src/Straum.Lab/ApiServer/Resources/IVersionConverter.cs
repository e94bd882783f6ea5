using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>Translates objects between the version that is stored and another that is served.</summary>
internal interface IVersionConverter
{
    /// <summary>Takes over <paramref name="stored"/> and returns it in the served version.</summary>
    JsonObject FromStored(JsonObject stored);

    /// <summary>Takes over <paramref name="served"/> and returns it in the stored version.</summary>
    JsonObject ToStored(JsonObject served);
}
