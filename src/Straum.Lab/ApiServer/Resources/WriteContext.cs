using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>What a strategy may look at while it prepares a write.</summary>
/// <param name="Head">The newest state of everything.</param>
internal sealed record WriteContext(StoreState Head, DateTimeOffset Now);
