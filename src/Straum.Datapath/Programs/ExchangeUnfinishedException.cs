namespace Straum.Datapath.Programs;

/// <summary>
/// Tables were exchanged and this process cannot go on with the new ones: those that it has open are not in use any more. It has
/// to end, and the next start finishes what is left. Traffic goes on meanwhile.
/// </summary>
public sealed class ExchangeUnfinishedException(Exception inner)
    : Exception($"tables were exchanged, and this agent could not go over to the new ones; the next start does: {inner.Message}", inner);
