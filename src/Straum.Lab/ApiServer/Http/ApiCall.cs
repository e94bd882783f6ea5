using Microsoft.AspNetCore.Http;
using Straum.Lab.ApiServer.Resources;

namespace Straum.Lab.ApiServer.Http;

/// <summary>One request on a resource, with what every handler asks of it.</summary>
/// <param name="Stopping">Ends with the request or with the server.</param>
internal sealed record ApiCall(HttpContext Http, ApiResource Resource, ApiPath Path, ObjectForm Form, CancellationToken Stopping)
{
    public bool DryRun => Query("dryRun") == "All";

    public string? Query(string name) => Http.Request.Query.TryGetValue(name, out var values) ? values[0] : null;

    public bool Flag(string name) => Query(name) is "true" or "1";
}
