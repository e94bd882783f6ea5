using System.Security.Cryptography;
using System.Text;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Programs;

/// <summary>The compiled objects of this build, opened and not yet in the kernel. An opened file loads once.</summary>
internal sealed class ObjectFiles : IDisposable
{
    private readonly List<BpfObjectFile> _files = [];

    private ObjectFiles()
    {
    }

    /// <exception cref="FileNotFoundException">An object file is missing.</exception>
    public static ObjectFiles Open(LoaderOptions options)
    {
        var files = new ObjectFiles();
        try
        {
            string[] names = options.SweepInKernel ? ["pod", "uplink", "overlay", "socket", "sweep"] : ["pod", "uplink", "overlay", "socket"];
            foreach (var name in names)
            {
                var path = Path.Combine(options.ObjectDirectory, name + ".bpf.o");
                if (!File.Exists(path))
                {
                    throw new FileNotFoundException($"BPF object {path} is missing (make build leaves it beside the program; paths.objects names the directory)", path);
                }
                files._files.Add(BpfObjectFile.Open(path));
            }
            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>Every table once, as this build declares it. Globals are no tables.</summary>
    public IReadOnlyList<MapDefinition> Tables =>
        [.. _files.SelectMany(TablesOf).DistinctBy(m => m.Name).OrderBy(m => m.Name, StringComparer.Ordinal)];

    /// <summary>Of names, kinds, and where every field lies; not of how many entries a table has.</summary>
    public string Schema
    {
        get
        {
            var text = new StringBuilder();
            foreach (var table in Tables)
            {
                text.Append($"{table.Name} {table.Type} {table.Flags} {table.Layout?.ToString() ?? $"{table.KeySize} -> {table.ValueSize}"}\n");
            }
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..12];
        }
    }

    /// <summary>Brings everything into the kernel.</summary>
    /// <param name="place">Says for each declaration of a table which map it is.</param>
    /// <param name="hasFormer">The programs call their former ones for flows of the former table: bpf/lib/former.h.</param>
    /// <exception cref="Straum.Linux.LinuxException">The kernel refused a map or a program; the message has the verifier's verdict.</exception>
    public LoadedObjects Load(Action<MapDefinition> place, bool hasFormer)
    {
        var loaded = new Dictionary<string, BpfObject>();
        try
        {
            foreach (var file in _files)
            {
                foreach (var table in TablesOf(file))
                {
                    place(table);
                }
                var name = Path.GetFileName(file.Path).Split('.')[0];
                if (name == "socket")
                {
                    ConfigureSocket(file);
                }
                else if (name != "sweep")
                {
                    ConfigurePackets(file, hasFormer);
                }
                loaded.Add(name, file.Load());
            }
            return new LoadedObjects(loaded);
        }
        catch
        {
            foreach (var done in loaded.Values)
            {
                done.Dispose();
            }
            throw;
        }
    }

    /// <summary>What socket.bpf.c has to be told about this kernel.</summary>
    internal static void ConfigureSocket(BpfObjectFile file) =>
        file.SetConstant("has_set_retval", (byte)(Features.SetReturnValue.IsSupported ? 1 : 0));

    /// <summary>What the programs that see packets have to be told.</summary>
    internal static void ConfigurePackets(BpfObjectFile file, bool hasFormer)
    {
        file.SetConstant("has_former", (byte)(hasFormer ? 1 : 0));
        file.SetConstant("has_coarse_clock", (byte)(Features.CoarseClock.IsSupported ? 1 : 0));
    }

    public void Dispose() => _files.ForEach(f => f.Dispose());

    private static IEnumerable<MapDefinition> TablesOf(BpfObjectFile file) => file.Maps.Where(m => !m.Name.Contains('.', StringComparison.Ordinal));
}
