using System.Runtime.InteropServices;
using System.Text;
using Straum.Linux.Interop;
using static Straum.Linux.Interop.Libbpf;

namespace Straum.Linux.Bpf;

/// <summary>
/// A compiled object file before it is in the kernel: the place for settings. <see cref="Load"/> turns it into a
/// <see cref="BpfObject"/>; after that this object only waits to be disposed.
/// </summary>
public sealed class BpfObjectFile : IDisposable
{
    /// <summary>Memory for the verifier's log. Pages that stay unwritten cost nothing.</summary>
    private const int LogSize = 16 * 1024 * 1024;

    /// <summary>Room for one program's statistics and a complaint, without the instructions.</summary>
    private const int StatisticsSize = 64 * 1024;

    /// <summary>BPF_LOG_STATS; complaints are written at every level.</summary>
    private const uint LogStatistics = 4;

    private readonly BpfObjectHandle _handle;
    private readonly Dictionary<string, MapDefinition> _maps = [];
    private readonly Dictionary<string, ProgramDefinition> _programs = [];
    private bool _loaded;

    private BpfObjectFile(string path, BpfObjectHandle handle)
    {
        Path = path;
        _handle = handle;
        for (nint map = 0; (map = bpf_object__next_map(handle, map)) != 0;)
        {
            var definition = new MapDefinition(this, map);
            _maps[definition.Name] = definition;
        }
        for (nint program = 0; (program = bpf_object__next_program(handle, program)) != 0;)
        {
            var definition = new ProgramDefinition(this, program);
            _programs[definition.Name] = definition;
        }
    }

    public string Path { get; }

    public IReadOnlyCollection<MapDefinition> Maps => _maps.Values;

    public IReadOnlyCollection<ProgramDefinition> Programs => _programs.Values;

    /// <summary>Reads and checks the file; the kernel is not touched.</summary>
    /// <exception cref="LinuxException">ENOENT, or libbpf's own errors for a file that is no BPF object.</exception>
    public static unsafe BpfObjectFile Open(string path)
    {
        var errno = Errno.None;
        var handle = LibbpfLog.Capture(() =>
        {
            var opened = bpf_object__open_file(path, null);
            errno = (Errno)Marshal.GetLastPInvokeError();
            return opened;
        }, out var messages);
        if (handle.IsInvalid)
        {
            throw new LinuxException("object open", path, errno, Join(messages));
        }
        return new BpfObjectFile(path, handle);
    }

    /// <exception cref="ArgumentException">The object has no such map.</exception>
    public MapDefinition Map(string name) => _maps.GetValueOrDefault(name)
        ?? throw new ArgumentException($"{Path} has no map {name}; it has {string.Join(", ", _maps.Keys)}", nameof(name));

    /// <exception cref="ArgumentException">The object has no such program.</exception>
    public ProgramDefinition Program(string name) => _programs.GetValueOrDefault(name)
        ?? throw new ArgumentException($"{Path} has no program {name}; it has {string.Join(", ", _programs.Keys)}", nameof(name));

    /// <summary>
    /// Sets a <c>const volatile</c> global. The verifier takes it for a constant and removes what it rules out. Found by name
    /// in the object's type information; the type's bytes are the value's.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such constant, or it has another size.</exception>
    public unsafe void SetConstant<T>(string name, T value)
        where T : unmanaged
    {
        CheckNotLoaded();
        var constant = BtfGlobals.Find(bpf_object__btf(_handle), name, ".rodata")
            ?? throw new ArgumentException($"{Path} has no constant {name} in .rodata; it must be 'const volatile' and used", nameof(name));
        if (constant.Size != sizeof(T))
        {
            throw new ArgumentException($"{Path}: constant {name} has {constant.Size} bytes, {typeof(T).Name} has {sizeof(T)}", nameof(value));
        }
        nuint size;
        var section = _maps.Values.First(map => map.Name.EndsWith(constant.Section, StringComparison.Ordinal));
        var bytes = bpf_map__initial_value(section.Pointer, &size);
        if (bytes is null || constant.Offset + constant.Size > (int)size)
        {
            throw new InvalidDataException($"{Path}: {name} lies outside its section {constant.Section}");
        }
        new ReadOnlySpan<byte>(&value, sizeof(T)).CopyTo(new Span<byte>(bytes + constant.Offset, constant.Size));
    }

    /// <summary>
    /// Makes the maps and loads the programs. The result owns their descriptors and needs this object no more.
    /// </summary>
    /// <exception cref="VerifierException">A program was refused; nothing stays in the kernel except maps that were pinned.</exception>
    /// <exception cref="LinuxException">A map could not be made, or a pinned one differs from what the object wants.</exception>
    public BpfObject Load()
    {
        CheckNotLoaded();
        _loaded = true;
        LoadOrThrow();
        return BpfObject.Take(_maps.Values, _programs.Values);
    }

    /// <summary>
    /// Loads the programs only to hear what the verifier makes of each. Nothing stays in the kernel. Those behind the first one that is
    /// refused are not judged: switch it off with <see cref="ProgramDefinition.SetAutoload"/> in a fresh file to hear of them.
    /// </summary>
    /// <exception cref="LinuxException">A map could not be made.</exception>
    public unsafe IReadOnlyList<VerifierVerdict> Verify()
    {
        CheckNotLoaded();
        _loaded = true;
        var programs = _programs.Values.ToArray();
        var logs = (byte*)NativeMemory.AllocZeroed((nuint)programs.Length, StatisticsSize);
        try
        {
            for (var i = 0; i < programs.Length; i++)
            {
                Check(bpf_program__set_log_buf(programs[i].Pointer, logs + i * StatisticsSize, StatisticsSize), "program set log", programs[i].Name);
                Check(bpf_program__set_log_level(programs[i].Pointer, LogStatistics), "program set log", programs[i].Name);
            }
            var result = LibbpfLog.Capture(() => bpf_object__load(_handle), out var messages);
            var refused = RefusedProgram(messages);
            var verdicts = programs
                .Select((program, i) => (program.Name, Log: Marshal.PtrToStringUTF8((nint)(logs + i * StatisticsSize)) ?? ""))
                // A program of a type that the kernel does not have is refused without a log.
                .Where(judged => judged.Log.Length > 0 || judged.Name == refused)
                .Select(judged => VerifierVerdict.Parse(judged.Name, judged.Log, judged.Name == refused ? VerifierException.Summarize(judged.Log) ?? messages[0] : null))
                .ToArray();
            if (result < 0)
            {
                return verdicts.Length > 0 ? verdicts : throw new LinuxException("object load", Path, (Errno)(-result), Join(messages));
            }
            using var loaded = BpfObject.Take(_maps.Values, _programs.Values);
            return [.. verdicts.Select(v => v with { Size = loaded.Program(v.Program).Info.TranslatedSize })];
        }
        finally
        {
            NativeMemory.Free(logs);
        }
    }

    public void Dispose() => _handle.Dispose();

    internal MapLayout? LayoutOf(uint keyType, uint valueType) => BtfLayouts.Read(bpf_object__btf(_handle), keyType, valueType);

    internal void CheckNotLoaded()
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        if (_loaded)
        {
            throw new InvalidOperationException($"{Path} is loaded: settings come before Load");
        }
    }

    private unsafe void LoadOrThrow()
    {
        // All programs share the buffer: libbpf gives it to the kernel again, with logging on, for the one that was refused.
        var log = (byte*)NativeMemory.AllocZeroed(LogSize);
        try
        {
            foreach (var program in _programs.Values)
            {
                Check(bpf_program__set_log_buf(program.Pointer, log, LogSize), "program set log", program.Name);
            }
            var result = LibbpfLog.Capture(() => bpf_object__load(_handle), out var messages);
            if (result < 0)
            {
                throw Refusal((Errno)(-result), messages, Marshal.PtrToStringUTF8((nint)log) ?? "");
            }
        }
        finally
        {
            // Nothing looks at it again: an object loads once.
            NativeMemory.Free(log);
        }
    }

    private LinuxException Refusal(Errno errno, IReadOnlyList<string> messages, string log) => RefusedProgram(messages) is { } refused && log.Length > 0
        ? new VerifierException(refused, errno, log)
        : new LinuxException("object load", Path, errno, Join(messages));

    // libbpf names the program only in its message: prog 'name': BPF program load failed: …
    private static string? RefusedProgram(IReadOnlyList<string> messages) => messages
        .FirstOrDefault(m => m.StartsWith("prog '", StringComparison.Ordinal) && m.Contains("load failed", StringComparison.Ordinal))?.Split('\'')[1];

    private static string? Join(IReadOnlyList<string> messages)
    {
        if (messages.Count == 0)
        {
            return null;
        }
        var text = new StringBuilder("libbpf: ");
        return text.AppendJoin("; ", messages.Distinct()).ToString();
    }
}
