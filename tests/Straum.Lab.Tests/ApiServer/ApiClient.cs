using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Straum.Kubernetes.Yaml;

namespace Straum.Lab.ApiServer;

/// <summary>Requests as a test writes them: YAML in, status code and JSON out.</summary>
public sealed class ApiClient(HttpClient http) : IDisposable
{
    public const string PodsPath = "/api/v1/namespaces/default/pods";
    public const string ConfigMapsPath = "/api/v1/namespaces/default/configmaps";
    public const string ServicesPath = "/api/v1/namespaces/default/services";
    public const string DeploymentsPath = "/apis/apps/v1/namespaces/default/deployments";

    public HttpClient Http => http;

    public void Dispose() => http.Dispose();

    public Task<ApiAnswer> GetAsync(string path, string? accept = null) => SendAsync(HttpMethod.Get, path, null, "application/json", accept);

    public Task<ApiAnswer> PostAsync(string path, string yaml) => SendAsync(HttpMethod.Post, path, Json(yaml));

    public Task<ApiAnswer> PutAsync(string path, string yaml) => SendAsync(HttpMethod.Put, path, Json(yaml));

    public Task<ApiAnswer> PutAsync(string path, JsonNode body) => SendAsync(HttpMethod.Put, path, body.ToJsonString());

    public Task<ApiAnswer> DeleteAsync(string path, string? yaml = null) => SendAsync(HttpMethod.Delete, path, yaml is null ? null : Json(yaml));

    /// <param name="kind">merge, json, strategic-merge or apply.</param>
    public Task<ApiAnswer> PatchAsync(string path, string kind, string yaml) =>
        SendAsync(HttpMethod.Patch, path, kind == "apply" ? yaml : Json(yaml), kind == "apply" ? "application/apply-patch+yaml" : $"application/{kind}-patch+json");

    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, string? body, string contentType = "application/json", string? accept = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new ApiAnswer((int)response.StatusCode, text, response.Headers, response.Content.Headers.ContentType?.ToString() ?? "");
    }

    /// <summary>Starts a watch; fails the test when it is refused.</summary>
    public async Task<WatchReader> WatchAsync(string path, string query, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{path}?watch=1&{query}");
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        ((int)response.StatusCode).ShouldBe(200);
        return new WatchReader(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    private static string Json(string yaml) => Encoding.UTF8.GetString(YamlJson.Documents(yaml).Single().Span);
}

/// <summary>What a request was answered.</summary>
public sealed record ApiAnswer(int Code, string Text, HttpResponseHeaders Headers, string ContentType)
{
    public JsonObject Body => (JsonObject)JsonNode.Parse(Text)!;

    public string Version => Body["metadata"]!["resourceVersion"]!.GetValue<string>();

    public string Message => Body["message"]!.GetValue<string>();

    /// <summary>The body when the code is the expected one; fails the test with the body otherwise.</summary>
    public JsonObject Expect(int code)
    {
        Code.ShouldBe(code, Text);
        return Body;
    }
}

/// <summary>The events of a watch, one after the other.</summary>
public sealed class WatchReader(HttpResponseMessage response, StreamReader lines) : IDisposable
{
    public void Dispose()
    {
        lines.Dispose();
        response.Dispose();
    }

    /// <summary>The next event; null at the end of the watch.</summary>
    public async Task<JsonObject?> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var line = await lines.ReadLineAsync(patience.Token);
        return line is null ? null : (JsonObject)JsonNode.Parse(line)!;
    }

    /// <summary>The next event that is no bookmark, as TYPE name.</summary>
    public async Task<string> NextChangeAsync()
    {
        while (true)
        {
            var next = await NextAsync() ?? throw new EndOfStreamException("the watch ended");
            var type = next["type"]!.GetValue<string>();
            if (type != "BOOKMARK")
            {
                return $"{type} {next["object"]!["metadata"]?["name"]?.GetValue<string>()}";
            }
        }
    }
}
