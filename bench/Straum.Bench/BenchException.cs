namespace Straum.Bench;

/// <summary>A figure cannot be measured; the message says what was refused.</summary>
internal sealed class BenchException(string message) : Exception(message);
