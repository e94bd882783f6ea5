namespace Straum.Kubernetes.Informers;

/// <summary>How an informer is doing, for status and metrics.</summary>
/// <param name="Kind">The kind, as in "Service".</param>
/// <param name="Objects">How many objects it knows.</param>
/// <param name="HasSynced">A first complete list has arrived.</param>
/// <param name="ResourceVersion">The version up to which the table is complete; empty before the first list.</param>
/// <param name="LastEventAt">When the server last told us anything.</param>
/// <param name="Lists">Complete lists so far; all but the first are relists.</param>
/// <param name="Watches">Watches started so far.</param>
/// <param name="Events">Events received so far, without bookmarks.</param>
/// <param name="DecodeErrors">Objects or lines that could not be decoded so far.</param>
/// <param name="LastError">Why the last list or watch failed; null while all is well.</param>
/// <param name="FailingSince">When the first of the lists and watches failed that have failed in a row; null while all is well, and for an origin that is always there.</param>
public sealed record InformerStatus(
    string Kind, int Objects, bool HasSynced, string ResourceVersion, DateTimeOffset? LastEventAt,
    long Lists, long Watches, long Events, long DecodeErrors, string? LastError, DateTimeOffset? FailingSince = null);
