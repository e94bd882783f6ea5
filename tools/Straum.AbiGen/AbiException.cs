namespace Straum.AbiGen;

/// <summary>An object or header that cannot become C#; the message names it and says why.</summary>
internal sealed class AbiException(string message) : Exception(message);
