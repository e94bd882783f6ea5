using System.Net;

namespace Straum.Control.Addressing;

/// <summary>
/// Addresses on their way back into the pools, in the order in which they get there. Time is measured by the monotonic
/// clock: a step of the wall clock neither frees an address early nor holds it back.
/// </summary>
internal sealed class AddressQuarantine(TimeProvider clock, TimeSpan duration)
{
    private readonly Queue<(IPAddress Address, long Since)> _queue = new();
    private readonly HashSet<IPAddress> _members = [];

    /// <summary>How long until the first address is free; zero when none waits.</summary>
    public TimeSpan UntilNext => _queue.TryPeek(out var first) ? Remaining(first.Since) : TimeSpan.Zero;

    public bool Contains(IPAddress address) => _members.Contains(address);

    public void Add(IPAddress address) => Enqueue(address, clock.GetTimestamp());

    /// <summary>
    /// Puts back what a predecessor held, given in the order of their ends. An end is wall-clock time, which may have been
    /// stepped since: the wait that is left is never longer than the whole one.
    /// </summary>
    public void Restore(QuarantinedAddress member)
    {
        var left = member.Until - clock.GetUtcNow();
        left = left > duration ? duration : left;
        if (left > TimeSpan.Zero)
        {
            var elapsed = (duration - left).Ticks * (double)clock.TimestampFrequency / TimeSpan.TicksPerSecond;
            Enqueue(member.Address, clock.GetTimestamp() - (long)elapsed);
        }
    }

    /// <summary>Takes out the next address whose time is over.</summary>
    public bool TryLeave(out IPAddress address)
    {
        address = IPAddress.None;
        if (!_queue.TryPeek(out var first) || Remaining(first.Since) > TimeSpan.Zero)
        {
            return false;
        }
        _queue.Dequeue();
        _members.Remove(first.Address);
        address = first.Address;
        return true;
    }

    public IEnumerable<QuarantinedAddress> Members()
    {
        var now = clock.GetUtcNow();
        foreach (var (address, since) in _queue)
        {
            yield return new QuarantinedAddress(address, now + Remaining(since));
        }
    }

    private void Enqueue(IPAddress address, long since)
    {
        if (_members.Add(address))
        {
            _queue.Enqueue((address, since));
        }
    }

    private TimeSpan Remaining(long since) => duration - clock.GetElapsedTime(since);
}
