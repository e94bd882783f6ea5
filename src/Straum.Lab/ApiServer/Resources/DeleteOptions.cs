using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>What becomes of the objects that an object owns when it is deleted.</summary>
internal enum Propagation
{
    /// <summary>They are deleted after it.</summary>
    Background,

    /// <summary>They are deleted first, and it waits for them.</summary>
    Foreground,

    /// <summary>They stay and lose the reference.</summary>
    Orphan,
}

/// <summary>A <c>metav1.DeleteOptions</c>.</summary>
/// <param name="GracePeriod">Seconds; null leaves it to the kind.</param>
internal sealed record DeleteOptions(
    long? GracePeriod = null, Propagation Propagation = Propagation.Background,
    string? Uid = null, string? ResourceVersion = null, bool DryRun = false)
{
    public static readonly DeleteOptions Default = new();

    /// <summary>Gone at once, whatever runs it.</summary>
    public static DeleteOptions Now(string uid) => new(GracePeriod: 0, Uid: uid);

    /// <summary>Reads the body and the query of a DELETE; the body wins.</summary>
    public static DeleteOptions From(JsonObject? body, Func<string, string?> query)
    {
        body ??= [];
        var grace = body.Number("gracePeriodSeconds")
            ?? (long.TryParse(query("gracePeriodSeconds"), out var asked) ? asked : null);
        var propagation = body.Text("propagationPolicy") ?? query("propagationPolicy");
        var orphans = body.At("orphanDependents").AsFlag();
        return new DeleteOptions(
            grace,
            propagation switch
            {
                "Foreground" => Propagation.Foreground,
                "Orphan" => Propagation.Orphan,
                _ => orphans == true ? Propagation.Orphan : Propagation.Background,
            },
            body.Text("preconditions", "uid"),
            body.Text("preconditions", "resourceVersion"),
            query("dryRun") == "All" || body.Texts("dryRun").Contains("All"));
    }
}
