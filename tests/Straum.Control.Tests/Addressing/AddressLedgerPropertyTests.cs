using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Straum.Control.Problems;
using Straum.Kubernetes.Objects;

namespace Straum.Control.Addressing;

/// <summary>
/// Random histories of pods that come and go, time that passes and agents that restart, against a model that only knows
/// who holds what and since when an address rests.
/// </summary>
public sealed class AddressLedgerPropertyTests
{
    private static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(10);
    private static readonly IPNetwork[][] CidrChoices =
    [
        [IPNetwork.Parse("10.0.0.0/29"), IPNetwork.Parse("fd00::/124")],
        [IPNetwork.Parse("10.0.0.0/28"), IPNetwork.Parse("fd00::/124")],
        [IPNetwork.Parse("10.0.1.0/29")],
    ];

    /// <summary>One step of a history, decoded from a number so that it shrinks well.</summary>
    private enum Step
    {
        Lease,
        Release,
        Pass,
        Restart,
        Recidr,
    }

    [Fact]
    public void Ledger_UnderAnyHistory_NeverGivesAnAddressTwice() =>
        Check.One(
            Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(500),
            Prop.ForAll(Gen.Choose(0, 999).ArrayOf().ToArbitrary(), history => new Run().Play(history)));

    private sealed class Run
    {
        private readonly ManualClock _clock = new();
        private readonly Dictionary<AddressOwner, AddressLease> _held = [];
        private readonly Dictionary<IPAddress, DateTimeOffset> _releasedAt = [];
        private IPNetwork[] _cidrs = CidrChoices[0];
        private AddressLedger _ledger;

        public Run()
        {
            _ledger = NewLedger();
            _ledger.SetPools(_cidrs);
        }

        public void Play(int[] history)
        {
            foreach (var number in history)
            {
                var argument = number / 10;
                switch (number % 10)
                {
                    case < 4: Do(Step.Lease, argument); break;
                    case < 7: Do(Step.Release, argument); break;
                    case 7: Do(Step.Pass, argument); break;
                    case 8: Do(Step.Restart, argument); break;
                    default: Do(Step.Recidr, argument); break;
                }
                _ledger.Leases.ToHashSet().SetEquals(_held.Values).ShouldBeTrue();
            }
        }

        private void Do(Step step, int argument)
        {
            var owner = new AddressOwner($"c{argument % 12}", "eth0");
            switch (step)
            {
                case Step.Lease when _ledger.TryLease(owner, out var lease, out _):
                    Accept(lease);
                    break;
                case Step.Lease:
                    RefusedForAReason();
                    break;
                case Step.Release:
                    ReleaseBoth(owner);
                    break;
                case Step.Pass:
                    _clock.Advance(TimeSpan.FromSeconds(argument % 13));
                    break;
                case Step.Restart:
                    var (leases, resting) = (_ledger.Leases, _ledger.Quarantined.ToList());
                    _ledger = NewLedger();
                    _ledger.Restore(leases, resting);
                    _ledger.SetPools(_cidrs);
                    break;
                default:
                    _cidrs = CidrChoices[argument % CidrChoices.Length];
                    _ledger.SetPools(_cidrs);
                    break;
            }
        }

        private void Accept(AddressLease lease)
        {
            if (_held.TryGetValue(lease.Owner, out var before))
            {
                lease.ShouldBe(before);
                return;
            }
            lease.Addresses.Length.ShouldBe(_cidrs.Length);
            foreach (var address in lease.Addresses)
            {
                _cidrs.Any(c => c.Contains(address)).ShouldBeTrue();
                HeldAddresses().Contains(address).ShouldBeFalse($"{address} is held");
                (_clock.GetUtcNow() - _releasedAt.GetValueOrDefault(address)).ShouldBeGreaterThanOrEqualTo(Quarantine);
            }
            _held.Add(lease.Owner, lease);
        }

        /// <summary>Some family has neither a free address nor one whose rest is over.</summary>
        private void RefusedForAReason() =>
            _cidrs.Any(c => new AddressPool(c).Size <= Unavailable(c)).ShouldBeTrue("an address was free");

        private int Unavailable(IPNetwork prefix)
        {
            var pool = new AddressPool(prefix);
            var resting = _releasedAt.Where(r => _clock.GetUtcNow() - r.Value < Quarantine).Select(r => r.Key);
            return HeldAddresses().Concat(resting).Distinct().Count(pool.Contains);
        }

        private IEnumerable<IPAddress> HeldAddresses() => _held.Values.SelectMany(l => (IEnumerable<IPAddress>)l.Addresses);

        private void ReleaseBoth(AddressOwner owner)
        {
            _held.Remove(owner, out var expected);
            _ledger.Release(owner).ShouldBe(expected);
            foreach (var address in expected?.Addresses ?? [])
            {
                _releasedAt[address] = _clock.GetUtcNow();
            }
        }

        private AddressLedger NewLedger() =>
            new(new ObjectName("Node", new NamespacedName("", "n1")), _clock, Quarantine);
    }
}
