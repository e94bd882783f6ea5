using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>A loaded BPF program, held by a descriptor. It lives while this object, a link, a map or a pin holds it.</summary>
public sealed class BpfProgram : IDisposable
{
    /// <summary>Room for the packet that comes out: the most the kernel makes of one.</summary>
    private const int LargestPacket = 64 * 1024;

    private BpfProgram(SafeFileHandle handle, string name)
    {
        Handle = handle;
        Name = name;
    }

    /// <summary>Owned by this object.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>The C function's name where it is known, else the pin's.</summary>
    public string Name { get; }

    /// <summary>Read from the kernel at each call, since counters move.</summary>
    public BpfProgramInfo Info => BpfProgramInfo.Read(Handle, Name);

    /// <exception cref="LinuxException">ENOENT when nothing is pinned there.</exception>
    public static BpfProgram OpenPinned(string path) =>
        Adopt(Libbpf.Own(Libbpf.bpf_obj_get(path), "program open", path), Path.GetFileName(path));

    /// <exception cref="LinuxException">ENOENT when there is no such program.</exception>
    public static BpfProgram OpenById(uint id)
    {
        var handle = Libbpf.Own(Libbpf.bpf_prog_get_fd_by_id(id), "program open", $"id {id}");
        try
        {
            return new BpfProgram(handle, BpfProgramInfo.Read(handle, $"id {id}").Name);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Keeps the program loaded after every process has let go of it. Directories above are made.</summary>
    /// <exception cref="LinuxException">EEXIST when something is pinned there.</exception>
    public void Pin(string path) => Pins.Create(Handle, path, "program pin");

    /// <summary>
    /// Runs the program on a packet (BPF_PROG_TEST_RUN) and returns what came of it. Maps are really read and written.
    /// Device indexes in the context count in the calling thread's namespace.
    /// </summary>
    /// <param name="packet">From the Ethernet header on; at least 14 bytes for classifiers and XDP.</param>
    /// <param name="context">
    /// For classifiers a <see cref="SkbContext"/>'s bytes, for XDP struct xdp_md; empty to begin from zeroes.
    /// </param>
    /// <param name="repeat">How often to run it; the packet is what the last run left, so count only with programs that do not change it.</param>
    /// <param name="checksummed">
    /// The packet comes with a sum over all its bytes, as network cards give it (CHECKSUM_COMPLETE), and the program must
    /// leave that true: EBADMSG when it does not. Since Linux 6.11.
    /// </param>
    public unsafe TestRunResult TestRun(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> context = default, int repeat = 1, bool checksummed = false)
    {
        var data = new byte[LargestPacket];
        var contextOut = new byte[context.Length];
        fixed (byte* dataIn = packet, dataOut = data, contextIn = context, contextOutPointer = contextOut)
        {
            var options = new Libbpf.bpf_test_run_opts
            {
                sz = (nuint)sizeof(Libbpf.bpf_test_run_opts),
                data_in = dataIn,
                data_size_in = (uint)packet.Length,
                data_out = dataOut,
                data_size_out = (uint)data.Length,
                ctx_in = contextIn,
                ctx_size_in = (uint)context.Length,
                ctx_out = contextOutPointer,
                ctx_size_out = (uint)contextOut.Length,
                repeat = repeat,
                flags = checksummed ? Libbpf.BPF_F_TEST_SKB_CHECKSUM_COMPLETE : 0,
            };
            Libbpf.Check(Libbpf.bpf_prog_test_run_opts(Handle, &options), "program test run", Name);
            return new TestRunResult(
                options.retval, data.AsSpan(0, (int)options.data_size_out).ToArray(), contextOut,
                options.duration);
        }
    }

    /// <summary>Runs a program of type <see cref="BpfProgramType.Syscall"/> with a context that it may change. Since Linux 5.14.</summary>
    /// <returns>What the program returned.</returns>
    public unsafe uint RunSyscall<TContext>(ref TContext context)
        where TContext : unmanaged
    {
        fixed (TContext* pointer = &context)
        {
            var options = new Libbpf.bpf_test_run_opts
            {
                sz = (nuint)sizeof(Libbpf.bpf_test_run_opts),
                ctx_in = pointer,
                ctx_size_in = (uint)Unsafe.SizeOf<TContext>(),
            };
            Libbpf.Check(Libbpf.bpf_prog_test_run_opts(Handle, &options), "program run", Name);
            return options.retval;
        }
    }

    public void Dispose() => Handle.Dispose();

    public override string ToString() => Name;

    /// <summary>Takes over a descriptor of a program.</summary>
    internal static BpfProgram Adopt(SafeFileHandle handle, string name) => new(handle, name);
}
