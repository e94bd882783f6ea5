using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.Http;

/// <summary>
/// GET of <c>pods/log</c>: what a container wrote, from the files of whoever runs the pods:
/// <c>DIRECTORY/NAMESPACE/POD/CONTAINER.log</c>, and <c>.previous.log</c> for the run before. The files hold lines and no
/// times, so what asks for times is refused rather than answered with something else.
/// </summary>
/// <param name="store">The pods.</param>
/// <param name="directory">Null where nobody keeps such files.</param>
internal sealed class LogHandler(ObjectStore store, string? directory)
{
    private static readonly string[] NeedTimes = ["timestamps", "sinceSeconds", "sinceTime"];

    // How often a file that is followed is looked at again; a watch on it would not tell when the container ends.
    private static readonly TimeSpan FollowPeriod = TimeSpan.FromMilliseconds(100);

    public async Task GetAsync(ApiCall call)
    {
        var pod = Find(call) ?? throw StatusException.NotFound("", "pods", call.Path.Name);
        if (directory is null)
        {
            throw StatusException.NotImplemented("pods/log is not served here: nobody runs pods beside this server (--pod-logs names their files)");
        }
        if (NeedTimes.FirstOrDefault(name => call.Query(name) is { Length: > 0 } and not "false") is { } unknown)
        {
            throw StatusException.BadRequest($"{unknown}: the logs of this cluster have no timestamps");
        }
        var container = ContainerOf(call, pod.View);
        var path = Path.Combine(directory, pod.Namespace, pod.Name, container);
        if (call.Flag("previous"))
        {
            using var earlier = Open(path + ".previous.log")
                ?? throw StatusException.BadRequest($"previous terminated container \"{container}\" in pod \"{pod.Name}\" not found");
            await SendAsync(call, earlier, static () => false).ConfigureAwait(false);
            return;
        }
        using var file = Open(path + ".log") ?? throw StatusException.BadRequest(NotStarted(pod.View, container));
        var run = RunOf(pod.View, container);
        await SendAsync(call, file, () => call.Flag("follow") && Find(call) is { } now && now.Uid == pod.Uid && RunOf(now.View, container) is { } of && of == run)
            .ConfigureAwait(false);
    }

    private StoredObject? Find(ApiCall call) => store.State.Find(call.Resource.KeyOf(call.Path.Namespace, call.Path.Name));

    private static FileStream? Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static string ContainerOf(ApiCall call, JsonObject pod)
    {
        var names = pod.Objects("spec", "containers").Select(c => c.Text("name") ?? "").ToArray();
        var init = pod.Objects("spec", "initContainers").Select(c => c.Text("name") ?? "").ToArray();
        var asked = call.Query("container");
        if (string.IsNullOrEmpty(asked))
        {
            return names is [var only] ? only : throw StatusException.BadRequest(
                $"a container name must be specified for pod {call.Path.Name}, choose one of: [{string.Join(' ', names)}]" +
                (init.Length > 0 ? $" or one of the init containers: [{string.Join(' ', init)}]" : ""));
        }
        return names.Contains(asked) || init.Contains(asked) ? asked
            : throw StatusException.BadRequest($"container {asked} is not valid for pod {call.Path.Name}");
    }

    private static string NotStarted(JsonObject pod, string container) => string.IsNullOrEmpty(pod.Text("spec", "nodeName"))
        ? $"pod {pod.Text("metadata", "name")} does not have a host assigned"
        : $"container \"{container}\" in pod \"{pod.Text("metadata", "name")}\" is waiting to start: " +
            (StateOf(pod, container)?.Text("state", "waiting", "reason") ?? "ContainerCreating");

    private static JsonObject? StateOf(JsonObject pod, string container) =>
        pod.Objects("status", "containerStatuses").Concat(pod.Objects("status", "initContainerStatuses")).FirstOrDefault(c => c.Text("name") == container);

    // The restarts of a container that runs; null when it does not.
    private static long? RunOf(JsonObject pod, string container) =>
        StateOf(pod, container) is { } state && state.Object("state", "running") is not null ? state.Number("restartCount") ?? 0 : null;

    /// <summary>Sends the file from the line that was asked for, and what is added while <paramref name="goesOn"/> holds.</summary>
    private static async Task SendAsync(ApiCall call, FileStream file, Func<bool> goesOn)
    {
        if (long.TryParse(call.Query("tailLines"), CultureInfo.InvariantCulture, out var lines))
        {
            SeekToLast(file, lines);
        }
        var left = long.TryParse(call.Query("limitBytes"), CultureInfo.InvariantCulture, out var limit) ? limit : long.MaxValue;
        var response = call.Http.Response;
        response.ContentType = "text/plain";
        // A follower is to see at once that there is somebody to listen to, also before the first line.
        await response.StartAsync(call.Stopping).ConfigureAwait(false);
        var buffer = new byte[32 * 1024];
        while (left > 0)
        {
            // Asked before the read: what the container wrote before it ended is read after.
            var more = goesOn();
            int read;
            while (left > 0 && (read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), call.Stopping).ConfigureAwait(false)) > 0)
            {
                await response.Body.WriteAsync(buffer.AsMemory(0, read), call.Stopping).ConfigureAwait(false);
                left -= read;
            }
            await response.Body.FlushAsync(call.Stopping).ConfigureAwait(false);
            if (!more)
            {
                return;
            }
            await Task.Delay(FollowPeriod, call.Stopping).ConfigureAwait(false);
        }
    }

    private static void SeekToLast(FileStream file, long lines)
    {
        if (lines <= 0)
        {
            file.Seek(0, SeekOrigin.End);
            return;
        }
        var buffer = new byte[32 * 1024];
        // The newline at the very end closes the last line and begins none.
        var end = file.Length;
        for (long found = 0, at = end; at > 0;)
        {
            var count = (int)Math.Min(buffer.Length, at);
            file.Position = at -= count;
            file.ReadExactly(buffer, 0, count);
            for (var i = count - 1; i >= 0; i--)
            {
                if (buffer[i] == '\n' && at + i != end - 1 && ++found == lines)
                {
                    file.Position = at + i + 1;
                    return;
                }
            }
        }
        file.Position = 0;
    }
}
