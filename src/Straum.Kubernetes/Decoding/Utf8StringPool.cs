using System.Text;

namespace Straum.Kubernetes.Decoding;

/// <summary>
/// One string instance for values that come again and again: namespaces, node names, zones, label keys. A
/// fixed number of slots, so it never grows: two values that share a slot take turns, and the loser costs an
/// allocation. Safe from any thread without a lock, because a slot is one reference that is read once.
/// </summary>
internal sealed class Utf8StringPool(int slots)
{
    private const int LongestPooled = 256;

    private readonly string?[] _slots = new string?[slots];

    public static Utf8StringPool Shared { get; } = new(16 * 1024);

    public string Intern(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return "";
        }
        if (utf8.Length > LongestPooled)
        {
            return Encoding.UTF8.GetString(utf8);
        }
        ref var slot = ref _slots[Hash(utf8) % (uint)_slots.Length];
        var pooled = slot;
        // Ascii.Equals is false for text outside ASCII, which is then simply not shared.
        if (pooled is not null && Ascii.Equals(utf8, pooled))
        {
            return pooled;
        }
        return slot = Encoding.UTF8.GetString(utf8);
    }

    private static uint Hash(ReadOnlySpan<byte> utf8)
    {
        var hash = new HashCode();
        hash.AddBytes(utf8);
        return (uint)hash.ToHashCode();
    }
}
