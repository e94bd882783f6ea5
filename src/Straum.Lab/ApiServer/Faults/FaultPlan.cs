using System.Text.Json.Serialization;

namespace Straum.Lab.ApiServer.Faults;

/// <summary>How a server misbehaves from now on; the default is not at all. Its own path always answers.</summary>
public sealed record FaultPlan
{
    /// <summary>Every request is answered 503 with a Retry-After, as by a server that starts or is overloaded.</summary>
    public bool Refuse { get; init; }

    /// <summary>Every connection is cut without an answer, as when the server is gone.</summary>
    public bool Cut { get; init; }

    /// <summary>Every request waits so long before it is looked at.</summary>
    public int DelayMilliseconds { get; init; }

    /// <summary>Lists show what there was when this plan was set, at the version of then, as a server that lags behind.</summary>
    public bool StaleLists { get; init; }

    /// <summary>Every watch that starts from a version gets 410, so that its client lists.</summary>
    public bool ExpireWatches { get; init; }

    /// <summary>Every watch is cut after so many milliseconds; 0 for none.</summary>
    public int WatchMilliseconds { get; init; }
}

/// <summary>JSON of <see cref="FaultPlan"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(FaultPlan))]
public sealed partial class FaultJson : JsonSerializerContext;
