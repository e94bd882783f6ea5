using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Http;

/// <summary>Questions about identity and permission. Whoever holds the token may do everything, so the answers are short.</summary>
internal static class ReviewHandler
{
    public const string UserName = "straum-admin";

    public static async Task AnswerAsync(ApiCall call)
    {
        var review = await RequestBody.ReadObjectAsync(call).ConfigureAwait(false);
        review["apiVersion"] = call.Resource.ApiVersion;
        review["kind"] = call.Resource.Kind;
        review.Need("metadata")["creationTimestamp"] = null;
        review["status"] = call.Resource.Kind switch
        {
            "SelfSubjectReview" => new JsonObject { ["userInfo"] = User() },
            "TokenReview" => new JsonObject { ["authenticated"] = false, ["error"] = "tokens are not issued here" },
            "SelfSubjectRulesReview" => new JsonObject
            {
                ["resourceRules"] = new JsonArray(Everything("verbs", "apiGroups", "resources")),
                ["nonResourceRules"] = new JsonArray(Everything("verbs", "nonResourceURLs")),
                ["incomplete"] = false,
            },
            _ => new JsonObject { ["allowed"] = true, ["reason"] = "the token allows everything" },
        };
        await call.Http.WriteJsonAsync(review, 201).ConfigureAwait(false);
    }

    private static JsonObject Everything(params string[] lists) =>
        new(lists.Select(list => KeyValuePair.Create(list, (JsonNode?)new JsonArray("*"))));

    private static JsonObject User() => new()
    {
        ["username"] = UserName,
        ["groups"] = new JsonArray("system:masters", "system:authenticated"),
    };
}
