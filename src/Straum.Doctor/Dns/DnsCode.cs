namespace Straum.Doctor.Dns;

/// <summary>Response codes (RFC 1035 section 4.1.1).</summary>
public enum DnsCode : byte
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NoSuchName = 3,
    NotImplemented = 4,
    Refused = 5,
}
