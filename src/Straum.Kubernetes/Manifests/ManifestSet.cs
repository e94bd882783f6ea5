using Straum.Kubernetes.Decoding;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Snapshots;

namespace Straum.Kubernetes.Manifests;

/// <summary>
/// The objects of several files as one snapshot. A file that cannot be read keeps its last good objects; while there is one that never
/// could be read, the snapshot does not count as complete, so that nothing is removed from the kernel on its account. Not thread-safe.
/// </summary>
internal sealed class ManifestSet
{
    private const string FileKind = "File";

    private readonly SortedDictionary<string, IReadOnlyList<KubernetesObject>> _good = new(StringComparer.Ordinal);
    private readonly SnapshotBuilder _builder = new();

    /// <summary>Moves the set to these files, and returns the snapshot: the last one again when that changed nothing.</summary>
    /// <param name="files">Name to text; a file that is not among them is gone with its objects.</param>
    public Snapshot Update(IReadOnlyDictionary<string, string> files)
    {
        var problems = new List<DecodeProblem>();
        foreach (var gone in _good.Keys.Except(files.Keys).ToArray())
        {
            _good.Remove(gone);
        }
        foreach (var (name, text) in files)
        {
            try
            {
                _good[name] = ManifestReader.Read(text);
            }
            catch (ManifestException e)
            {
                problems.Add(new DecodeProblem(FileKind, new NamespacedName("", name), e.Place, e.Expectation));
            }
        }
        Fill(problems);
        _builder.AllSynced |= files.Keys.All(_good.ContainsKey);
        _builder.Problems = problems.OrderBy(p => p.Key).ToValueArray();
        return _builder.Build();
    }

    // An object that two files have is the first one's.
    private void Fill(List<DecodeProblem> problems)
    {
        var objects = new Dictionary<(Type Kind, NamespacedName Key), (KubernetesObject Item, string File)>();
        foreach (var (file, items) in _good)
        {
            foreach (var item in items)
            {
                if (!objects.TryAdd((item.GetType(), item.Key), (item, file)))
                {
                    problems.Add(new DecodeProblem(FileKind, new NamespacedName("", file), "",
                        $"{item.GetType().Name} {item.Key} is in {objects[(item.GetType(), item.Key)].File} already"));
                }
            }
        }
        var all = objects.Values.Select(o => o.Item).ToArray();
        _builder.Nodes = Moved(_builder.Nodes, all);
        _builder.Namespaces = Moved(_builder.Namespaces, all);
        _builder.Pods = Moved(_builder.Pods, all);
        _builder.Services = Moved(_builder.Services, all);
        _builder.EndpointSlices = Moved(_builder.EndpointSlices, all);
    }

    /// <summary>The table with exactly these objects of its kind; what is equal keeps its instance.</summary>
    private static ObjectTable<T> Moved<T>(ObjectTable<T> table, IEnumerable<KubernetesObject> objects)
        where T : KubernetesObject
    {
        var wanted = objects.OfType<T>().ToDictionary(item => item.Key);
        foreach (var known in table)
        {
            table = wanted.ContainsKey(known.Key) ? table : table.Remove(known.Key);
        }
        foreach (var item in wanted.Values)
        {
            table = item.Equals(table.Find(item.Key)) ? table : table.Set(item);
        }
        return table;
    }
}
