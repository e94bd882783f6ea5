using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>
/// Keeps libbpf's warnings, which it would print to standard error, for the exception that follows them. libbpf has one
/// callback per process and calls it on the thread that asked, so what is kept is kept per thread.
/// </summary>
internal static unsafe class LibbpfLog
{
    private const int Warning = 0;

    [ThreadStatic]
    private static List<string>? _messages;

    static LibbpfLog() => Libbpf.libbpf_set_print(&Print);

    /// <summary>Runs <paramref name="call"/> and returns its result with the warnings it gave.</summary>
    public static T Capture<T>(Func<T> call, out IReadOnlyList<string> messages)
    {
        var outer = _messages;
        var kept = _messages = [];
        try
        {
            return call();
        }
        finally
        {
            _messages = outer;
            messages = kept;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Print(int level, byte* format, void* arguments)
    {
        if (level != Warning || _messages is not { } messages)
        {
            return 0;
        }
        // An exception must not pass through C; there is none to expect but lack of memory.
        const int Size = 2048;
        var buffer = stackalloc byte[Size];
        var length = Libc.vsnprintf(buffer, Size, format, arguments);
        if (length > 0)
        {
            var text = System.Text.Encoding.UTF8.GetString(buffer, Math.Min(length, Size - 1)).TrimEnd();
            messages.Add(text.StartsWith("libbpf: ", StringComparison.Ordinal) ? text["libbpf: ".Length..] : text);
        }
        return length;
    }
}
