using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Errors;

/// <summary>
/// A request is refused; what the client gets is the metav1.Status in here. Thrown from wherever the refusal is
/// decided and turned into a response in one place. The factories carry the wording of the real server, which tools match.
/// </summary>
internal sealed class StatusException : Exception
{
    private StatusException(int code, string reason, string message, JsonObject? details = null)
        : base(message)
    {
        Code = code;
        Reason = reason;
        Details = details;
    }

    /// <summary>The HTTP status.</summary>
    public int Code { get; }

    /// <summary>A metav1.StatusReason.</summary>
    public string Reason { get; }

    public JsonObject? Details { get; }

    /// <summary>Seconds after which a client may try again, or null.</summary>
    public int? RetryAfter { get; private init; }

    public JsonObject ToStatus()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = Message,
            ["reason"] = Reason,
        };
        if (Details is not null)
        {
            status["details"] = Details.DeepClone();
        }
        status["code"] = Code;
        return status;
    }

    public static StatusException NotFound(string group, string plural, string name) =>
        new(404, "NotFound", $"{Qualified(group, plural)} \"{name}\" not found", About(name, group, plural));

    /// <summary>The path names nothing that is served.</summary>
    public static StatusException NoSuchPath() =>
        new(404, "NotFound", "the server could not find the requested resource", []);

    public static StatusException AlreadyExists(string group, string plural, string name) =>
        new(409, "AlreadyExists", $"{Qualified(group, plural)} \"{name}\" already exists", About(name, group, plural));

    public static StatusException Conflict(string group, string plural, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {Qualified(group, plural)} \"{name}\": {why}", About(name, group, plural));

    /// <summary>A server-side apply would change fields that others own.</summary>
    /// <param name="conflicts">Each field, and its manager as <c>FieldManager.Describe</c> has it.</param>
    public static StatusException ApplyConflict(IReadOnlyList<(string Manager, string Path)> conflicts)
    {
        var causes = new JsonArray([.. conflicts.Select(c => (JsonNode)new JsonObject
        {
            ["reason"] = "FieldManagerConflict",
            ["message"] = "conflict with " + c.Manager,
            ["field"] = c.Path,
        })]);
        var lines = conflicts.GroupBy(c => c.Manager).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"conflicts with {g.Key}:\n{string.Join('\n', g.Select(c => "- " + c.Path))}");
        var message = conflicts is [var only]
            ? $"Apply failed with 1 conflict: conflict with {only.Manager}: {only.Path}"
            : $"Apply failed with {conflicts.Count} conflicts: {string.Join('\n', lines)}";
        return new StatusException(409, "Conflict", message, new JsonObject { ["causes"] = causes });
    }

    /// <summary>The resourceVersion that the client sent is not the newest.</summary>
    public static StatusException Modified(string group, string plural, string name) =>
        Conflict(group, plural, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static StatusException Invalid(string group, string kind, string name, IReadOnlyList<StatusCause> causes)
    {
        var list = new JsonArray();
        foreach (var cause in causes)
        {
            list.Add((JsonNode)new JsonObject { ["reason"] = cause.Reason, ["message"] = cause.Message, ["field"] = cause.Field });
        }
        var details = About(name, group, kind);
        details["causes"] = list;
        var what = causes.Count == 1 ? causes[0].ToString() : $"[{string.Join(", ", causes)}]";
        return new StatusException(422, "Invalid", $"{(group.Length == 0 ? kind : kind + "." + group)} \"{name}\" is invalid: {what}", details);
    }

    public static StatusException BadRequest(string message) => new(400, "BadRequest", message);

    /// <summary>The request is well formed but does not fit the object it is for.</summary>
    public static StatusException Unprocessable(string why) =>
        new(422, "Invalid", "the server rejected our request due to an error in our request: " + why, []);

    public static StatusException Forbidden(string group, string plural, string name, string why, JsonArray? causes = null)
    {
        var details = About(name, group, plural);
        if (causes is not null)
        {
            details["causes"] = causes;
        }
        return new StatusException(403, "Forbidden", $"{Qualified(group, plural)} \"{name}\" is forbidden: {why}", details);
    }

    public static StatusException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static StatusException MethodNotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);

    public static StatusException NotAcceptable(string accepted) =>
        new(406, "NotAcceptable", "only the following media types are accepted: " + accepted);

    public static StatusException UnsupportedMediaType(string accepted) =>
        new(415, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: " + accepted);

    public static StatusException TooLarge(long limit) =>
        new(413, "RequestEntityTooLarge", $"Request entity too large: limit is {limit}");

    /// <summary>A watch or a page starts at a revision whose changes are no longer kept.</summary>
    public static StatusException Expired(string message) => new(410, "Expired", message);

    /// <summary>The revision asked for lies in the future.</summary>
    public static StatusException TooLargeResourceVersion(long asked, long current) =>
        new(504, "Timeout", $"Too large resource version: {asked}, current: {current}", new JsonObject
        {
            ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
            ["retryAfterSeconds"] = 1,
        })
        { RetryAfter = 1 };

    public static StatusException Unavailable(string message) => new(503, "ServiceUnavailable", message, new JsonObject { ["retryAfterSeconds"] = 1 }) { RetryAfter = 1 };

    public static StatusException NotImplemented(string message) => new(501, "NotImplemented", message);

    public static StatusException InternalError(string message) =>
        new(500, "InternalError", "Internal error occurred: " + message, new JsonObject
        {
            ["causes"] = new JsonArray(new JsonObject { ["message"] = message }),
        });

    private static string Qualified(string group, string plural) => group.Length == 0 ? plural : $"{plural}.{group}";

    private static JsonObject About(string name, string group, string kind)
    {
        var details = new JsonObject();
        if (name.Length > 0)
        {
            details["name"] = name;
        }
        if (group.Length > 0)
        {
            details["group"] = group;
        }
        details["kind"] = kind;
        return details;
    }
}
