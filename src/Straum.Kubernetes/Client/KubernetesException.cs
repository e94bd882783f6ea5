using System.Net;

namespace Straum.Kubernetes.Client;

/// <summary>
/// A request that did not succeed: refused by the API server (<see cref="Status"/> is what it said), or never
/// answered (<see cref="StatusCode"/> is null).
/// </summary>
public sealed class KubernetesException : Exception
{
    public KubernetesException(string operation, ApiStatus status)
        : base($"{operation}: {status}")
    {
        Operation = operation;
        Status = status;
    }

    public KubernetesException(string operation, string reason, string hint, Exception? inner = null)
        : base(hint.Length == 0 ? $"{operation}: {reason}" : $"{operation}: {reason} ({hint})", inner)
    {
        Operation = operation;
        Status = new ApiStatus { Reason = "", Message = reason };
    }

    /// <summary>Method and path without parameters, as in "GET /api/v1/nodes" and "GET /api/v1/nodes?watch".</summary>
    public string Operation { get; }

    public ApiStatus Status { get; }

    /// <summary>Null when there was no answer.</summary>
    public HttpStatusCode? StatusCode => Status.Code == 0 ? null : (HttpStatusCode)Status.Code;

    public bool IsNotFound => StatusCode == HttpStatusCode.NotFound;

    /// <summary>409: someone else changed the object first, or it exists already.</summary>
    public bool IsConflict => StatusCode == HttpStatusCode.Conflict;

    /// <summary>410: the version is too old to list or watch from.</summary>
    public bool IsGone => StatusCode == HttpStatusCode.Gone || Status.Reason is "Expired" or "Gone";

    /// <summary>403: RBAC or an admission plugin does not let us.</summary>
    public bool IsForbidden => StatusCode == HttpStatusCode.Forbidden;

    public bool IsUnauthorized => StatusCode == HttpStatusCode.Unauthorized;
}
