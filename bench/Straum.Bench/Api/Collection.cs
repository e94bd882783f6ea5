using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Straum.Bench.Api;

/// <summary>The objects of one kind and the log of their changes. Nothing is ever deleted.</summary>
/// <param name="apiVersion">Of the list.</param>
/// <param name="kind">Of the objects.</param>
internal sealed class Collection(string apiVersion, string kind)
{
    private const int FlushAt = 64 * 1024;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _latest = [];
    private readonly List<Event> _log = [];
    private TaskCompletionSource _appended = NewSignal();

    public void Append(Event[] events)
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            foreach (var e in events)
            {
                _latest[e.Key] = _log.Count;
                _log.Add(e);
            }
            (signal, _appended) = (_appended, NewSignal());
        }
        signal.SetResult();
    }

    /// <summary>One page; the token of the next is where it begins.</summary>
    public async Task ListAsync(HttpResponse response, int from, int limit)
    {
        Event[] page;
        int rest;
        long version;
        lock (_gate)
        {
            page = [.. _latest.Values.Skip(from).Take(limit).Select(i => _log[i])];
            rest = _latest.Count - from - page.Length;
            version = _log.Count == 0 ? 1 : _log[^1].Version;
        }
        var more = rest > 0 ? $",\"continue\":\"{from + page.Length}\",\"remainingItemCount\":{rest}" : "";
        Write(response.BodyWriter, $"{{\"kind\":\"{kind}List\",\"apiVersion\":\"{apiVersion}\",\"metadata\":{{\"resourceVersion\":\"{version}\"{more}}},\"items\":[");
        for (var i = 0; i < page.Length; i++)
        {
            Write(response.BodyWriter, i == 0 ? "" : ",");
            await WriteAsync(response.BodyWriter, page[i].Json);
        }
        Write(response.BodyWriter, "]}");
        await response.BodyWriter.FlushAsync();
    }

    /// <summary>Everything after a version, as it comes, until stopped.</summary>
    public async Task WatchAsync(HttpResponse response, long version, CancellationToken stop)
    {
        var next = -1;
        try
        {
            while (true)
            {
                Task appended;
                Event[] events;
                lock (_gate)
                {
                    next = next < 0 ? _log.FindIndex(e => e.Version > version) : next;
                    next = next < 0 ? _log.Count : next;
                    events = _log.GetRange(next, _log.Count - next).ToArray();
                    next = _log.Count;
                    appended = _appended.Task;
                }
                foreach (var e in events)
                {
                    Write(response.BodyWriter, "{\"type\":\"MODIFIED\",\"object\":");
                    await WriteAsync(response.BodyWriter, e.Json);
                    Write(response.BodyWriter, "}\n");
                }
                await response.BodyWriter.FlushAsync(stop);
                await appended.WaitAsync(stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The agent went away, or the bed does.
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void Write(PipeWriter writer, string text) => Encoding.UTF8.GetBytes(text, writer);

    private static async ValueTask WriteAsync(PipeWriter writer, byte[] bytes)
    {
        writer.Write(bytes);
        if (writer.CanGetUnflushedBytes && writer.UnflushedBytes > FlushAt)
        {
            await writer.FlushAsync();
        }
    }
}
