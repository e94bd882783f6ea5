using System.Text;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Snapshots;
using Straum.Kubernetes.Support;

namespace Straum.Kubernetes.Client;

/// <summary>What lists and records cost, as asserted numbers.</summary>
[Collection(nameof(MemoryTests)), CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public sealed class MemoryTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AList_OfAHundredMegabytes_PassesThroughAFewOfThem()
    {
        var filler = new string('x', 900);
        using var client = new ScriptedApi(_ => ScriptedApi.Streamed(new GeneratedList(100_000, i =>
            $$$"""{"metadata":{"name":"n{{{i}}}","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{{{filler}}}"} } }"""))).Client();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;
        var count = 0;
        await using var page = await client.ListAsync(Kinds.Namespaces, new ListOptions(), Ct);
        var items = new List<ListItem<Namespace>>();
        while (await page.ReadAsync(items, Ct))
        {
            if (count / 20_000 != (count + items.Count) / 20_000)
            {
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
            count += items.Count;
            items.Clear();
        }
        count.ShouldBe(100_000);
        most.ShouldBeLessThan(4 * 1024 * 1024);
    }

    [Fact]
    public async Task TenThousandServices_WithTwentyThousandEndpoints_TakeLessThanTwentyMegabytes()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var builder = new SnapshotBuilder
        {
            Services = await ReadAsync(Kinds.Services, Service),
            EndpointSlices = await ReadAsync(Kinds.EndpointSlices, Slice),
        };
        var snapshot = builder.Build();
        var retained = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(snapshot);
        TestContext.Current.SendDiagnosticMessage($"{retained / 1024.0 / 1024:0.0} MiB");
        (snapshot.Services.Count, snapshot.SlicesByService.Count).ShouldBe((10_000, 10_000));
        retained.ShouldBeLessThan(20 * 1024 * 1024);
    }

    private static async Task<ObjectTable<T>> ReadAsync<T>(ResourceKind<T> kind, Func<int, string> item)
        where T : KubernetesObject
    {
        using var client = new ScriptedApi(_ => ScriptedApi.Streamed(new GeneratedList(10_000, item))).Client();
        var (objects, problems) = await client.ListAllAsync(kind, Selection.All, Ct);
        problems.ShouldBeEmpty();
        return ObjectTable<T>.Create(objects);
    }

    private static string Service(int i) => $$"""
        {"metadata":{"name":"service-{{i}}","namespace":"namespace-{{i % 50}}","uid":"6ba7b810-9dad-11d1-80b4-{{i:000000000000}}","resourceVersion":"{{i}}",
          "creationTimestamp":"2026-01-02T03:04:05Z","labels":{"app":"app-{{i % 100}}","tier":"web"},
          "managedFields":[{"manager":"kubectl-client-side-apply","operation":"Update","fieldsType":"FieldsV1"}]},
         "spec":{"clusterIP":"10.96.{{i / 250}}.{{i % 250}}","clusterIPs":["10.96.{{i / 250}}.{{i % 250}}"],"ipFamilies":["IPv4"],
          "ports":[{"name":"http","protocol":"TCP","port":80,"targetPort":8080}],"selector":{"app":"app-{{i % 100}}"},"type":"ClusterIP"},
         "status":{"loadBalancer":{} } }
        """;

    private static string Slice(int i) => $$"""
        {"metadata":{"name":"service-{{i}}-abcde","namespace":"namespace-{{i % 50}}","uid":"6ba7b811-9dad-11d1-80b4-{{i:000000000000}}","resourceVersion":"{{i}}",
          "creationTimestamp":"2026-01-02T03:04:05Z","labels":{"kubernetes.io/service-name":"service-{{i}}","endpointslice.kubernetes.io/managed-by":"endpointslice-controller.k8s.io"} },
         "addressType":"IPv4","ports":[{"name":"http","protocol":"TCP","port":8080}],
         "endpoints":[{{Endpoint(i, 0)}},{{Endpoint(i, 1)}}]}
        """;

    private static string Endpoint(int i, int j) => $$"""
        {"addresses":["10.{{244 + j}}.{{i / 250}}.{{i % 250}}"],"conditions":{"ready":true,"serving":true,"terminating":false},
         "nodeName":"node-{{i % 100}}","zone":"zone-{{j}}","targetRef":{"kind":"Pod","namespace":"namespace-{{i % 50}}","name":"service-{{i}}-7d4b9c-{{j}}","uid":"x"} }
        """;

    /// <summary>The body of a list that is made while it is read.</summary>
    private sealed class GeneratedList(int count, Func<int, string> item) : Stream
    {
        private ReadOnlyMemory<byte> _rest = """{"metadata":{"resourceVersion":"1"},"items":["""u8.ToArray();
        private int _next;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_rest.IsEmpty && _next <= count)
            {
                _rest = Encoding.UTF8.GetBytes(_next == count ? "]}" : (_next > 0 ? "," : "") + item(_next));
                _next++;
            }
            var length = Math.Min(buffer.Length, _rest.Length);
            _rest[..length].CopyTo(buffer);
            _rest = _rest[length..];
            return new(length);
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
