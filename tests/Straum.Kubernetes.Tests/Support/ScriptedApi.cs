using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Straum.Kubernetes.Client;

namespace Straum.Kubernetes.Support;

/// <summary>An API server at the level of messages: a function from request to answer.</summary>
public sealed class ScriptedApi(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
{
    /// <summary>"METHOD path?query" of every request so far.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public static ClusterConfig Config { get; } = new() { Server = new Uri("https://api.test:6443") };

    /// <summary>Answers requests one after the other, and any further one never.</summary>
    public static ScriptedApi Of(params Func<HttpRequestMessage, HttpResponseMessage>[] answers)
    {
        var next = new Queue<Func<HttpRequestMessage, HttpResponseMessage>>(answers);
        return new(request => next.TryDequeue(out var answer) ? answer(request) : Streamed(new ScriptedStream()));
    }

    public static HttpResponseMessage Json(string body, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    public static HttpResponseMessage Streamed(Stream body) => new(HttpStatusCode.OK) { Content = new StreamContent(body) };

    public static HttpResponseMessage Refused(HttpStatusCode status, string reason, string message = "no") => Json(
        $$"""{"kind":"Status","status":"Failure","reason":"{{reason}}","message":"{{message}}","code":{{(int)status}}}""", status);

    /// <summary>A list of namespaces with these names, all of the list's version.</summary>
    public static HttpResponseMessage Namespaces(string version, string[] names, string next = "") => Json(
        $$$"""{"kind":"NamespaceList","metadata":{"resourceVersion":"{{{version}}}","continue":"{{{next}}}"},"items":[{{{string.Join(',', names.Select(n => Namespace(n, version)))}}}]}""");

    public static string Namespace(string name, string version, string label = "x") =>
        $$$"""{"metadata":{"name":"{{{name}}}","resourceVersion":"{{{version}}}","labels":{"l":"{{{label}}}"} } }""";

    public static string Event(string type, string body) => $$"""{"type":"{{type}}","object":{{body}}}""" + "\n";

    public static string Bookmark(string version) => Event("BOOKMARK", $$$"""{"metadata":{"resourceVersion":"{{{version}}}"}}""");

    public KubernetesClient Client(TimeProvider? time = null, ClusterConfig? config = null) =>
        new(config ?? Config, this, time ?? TimeProvider.System);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Enqueue($"{request.Method} {request.RequestUri!.PathAndQuery}");
        try
        {
            return Task.FromResult(answer(request));
        }
        catch (Exception e)
        {
            return Task.FromException<HttpResponseMessage>(e);
        }
    }
}
