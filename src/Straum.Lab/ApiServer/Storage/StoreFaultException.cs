namespace Straum.Lab.ApiServer.Storage;

/// <summary>The store cannot make a write durable. Nothing of the write took effect.</summary>
internal sealed class StoreFaultException(string message, Exception? inner = null) : Exception(message, inner);
