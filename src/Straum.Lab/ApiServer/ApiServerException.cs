namespace Straum.Lab.ApiServer;

/// <summary>The API server cannot start; the message says why in one line.</summary>
public sealed class ApiServerException(string message, Exception? inner = null) : Exception(message, inner);
