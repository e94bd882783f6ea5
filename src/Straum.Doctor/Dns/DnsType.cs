namespace Straum.Doctor.Dns;

/// <summary>Record types (RFC 1035, RFC 3596).</summary>
public enum DnsType : ushort
{
    A = 1,
    Ns = 2,
    Aaaa = 28,
}
