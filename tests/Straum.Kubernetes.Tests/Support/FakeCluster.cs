using System.Net;
using System.Text;
using System.Web;
using static Straum.Kubernetes.Support.ScriptedApi;

namespace Straum.Kubernetes.Support;

/// <summary>
/// Namespaces with a history, served as the API server does: paged lists of one version, watches from a version
/// on, 410 for what is compacted. While <see cref="Faulty"/>, answers are cut, refused and mixed with garbage.
/// </summary>
internal sealed class FakeCluster(int seed) : HttpMessageHandler
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);
    private readonly List<(int Version, string Line)> _history = [];
    private readonly Dictionary<int, string[]> _lists = [];
    private readonly SortedDictionary<string, (int Version, string Label)> _objects = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _version = 10;
    private int _compacted = 10;

    public volatile bool Faulty = true;

    /// <summary>"name=label" of every object, in order.</summary>
    public string[] State()
    {
        lock (_lock)
        {
            return [.. _objects.Select(o => $"{o.Key}={o.Value.Label}")];
        }
    }

    public void Set(string name, string label)
    {
        lock (_lock)
        {
            var type = _objects.ContainsKey(name) ? "MODIFIED" : "ADDED";
            _objects[name] = (++_version, label);
            Tell(Event(type, Namespace(name, $"{_version}", label)));
        }
    }

    public void Delete(string name)
    {
        lock (_lock)
        {
            if (_objects.Remove(name))
            {
                _version++;
                Tell(Event("DELETED", Namespace(name, $"{_version}")));
            }
        }
    }

    /// <summary>Forgets everything before now.</summary>
    public void Compact()
    {
        lock (_lock)
        {
            _compacted = _version;
            _history.Clear();
            _lists.Clear();
        }
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var query = HttpUtility.ParseQueryString(request.RequestUri!.Query);
        lock (_lock)
        {
            if (Chance(10))
            {
                return Task.FromResult(Refused(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable"));
            }
            if (Chance(10))
            {
                return Task.FromException<HttpResponseMessage>(new HttpRequestException("connection refused"));
            }
            return Task.FromResult(query["watch"] == "true" ? Watch(int.Parse(query["resourceVersion"]!)) : List(query["continue"]));
        }
    }

    private HttpResponseMessage List(string? token)
    {
        var (version, from) = (_version, 0);
        if (token is not null)
        {
            (version, from) = (int.Parse(token.Split('/')[0]), int.Parse(token.Split('/')[1]));
            if (!_lists.ContainsKey(version))
            {
                return Refused(HttpStatusCode.Gone, "Expired");
            }
        }
        else
        {
            _lists[version] = [.. _objects.Select(o => Namespace(o.Key, $"{o.Value.Version}", o.Value.Label))];
        }
        // The page size is ours to choose: small, so that lists have many pages.
        var items = _lists[version].Skip(from).Take(3).ToArray();
        var next = from + items.Length < _lists[version].Length ? $"{version}/{from + items.Length}" : "";
        var body = $$$"""{"kind":"NamespaceList","metadata":{"resourceVersion":"{{{version}}}","continue":"{{{next}}}"},"items":[{{{string.Join(',', items)}}}]}""";
        var bytes = Encoding.UTF8.GetBytes(body);
        var stream = new ScriptedStream().Write(Chance(8) ? bytes[.._random.Next(bytes.Length)] : bytes).End();
        return Streamed(stream);
    }

    private HttpResponseMessage Watch(int from)
    {
        if (from >= _compacted)
        {
            return Streamed(new WatchBody(this, from, Faulty ? _random.Next(400) : int.MaxValue));
        }
        return _random.Next(2) == 0
            ? Refused(HttpStatusCode.Gone, "Expired")
            : Streamed(new ScriptedStream().Write(TooOld()).End());
    }

    private static string TooOld() => Event("ERROR", """{"kind":"Status","code":410,"reason":"Expired"}""");

    private bool Chance(int percent) => Faulty && _random.Next(100) < percent;

    private void Tell(string line)
    {
        _history.Add((_version, line));
        var changed = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    /// <summary>The lines after a version, in pieces of any size, until so many bytes are sent.</summary>
    private sealed class WatchBody(FakeCluster cluster, int version, int cutAfter) : Stream
    {
        private readonly Queue<byte> _pending = new();
        private int _version = version;
        private int _left = cutAfter;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (true)
            {
                Task changed;
                lock (cluster._lock)
                {
                    Fill();
                    if (_left == 0)
                    {
                        return cluster._random.Next(2) == 0 ? 0 : throw new IOException("connection reset");
                    }
                    if (_pending.Count > 0)
                    {
                        var count = Math.Min(Math.Min(_pending.Count, _left), Math.Min(buffer.Length, 1 + cluster._random.Next(90)));
                        for (var i = 0; i < count; i++)
                        {
                            buffer.Span[i] = _pending.Dequeue();
                        }
                        _left -= count;
                        return count;
                    }
                    changed = cluster._changed.Task;
                }
                await changed.WaitAsync(cancellationToken);
            }
        }

        private void Fill()
        {
            if (_pending.Count > 0)
            {
                return;
            }
            if (_version < cluster._compacted && _version < cluster._version)
            {
                Send(TooOld());
                _version = int.MaxValue;
                return;
            }
            foreach (var (at, line) in cluster._history.Where(h => h.Version > _version))
            {
                Send(line);
                _version = at;
                if (cluster.Chance(4))
                {
                    Send("no event\n");
                }
                if (cluster.Chance(20))
                {
                    Send(Bookmark($"{at}"));
                }
            }
        }

        private void Send(string line)
        {
            foreach (var b in Encoding.UTF8.GetBytes(line))
            {
                _pending.Enqueue(b);
            }
        }

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() => throw new NotSupportedException();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
