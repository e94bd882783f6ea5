namespace Straum.Doctor.Dns;

/// <summary>What to ask a name server.</summary>
/// <param name="Name">Absolute; the final dot may be left out.</param>
/// <param name="Type">The kind of record.</param>
public sealed record DnsQuestion(string Name, DnsType Type);

/// <summary>Record types (RFC 1035, RFC 3596).</summary>
public enum DnsType : ushort
{
    A = 1,
    Ns = 2,
    Aaaa = 28,
}
