namespace Straum.Kubernetes.Objects;

/// <summary>A transport protocol that Services know. The values are the IP protocol numbers (IANA).</summary>
public enum Protocol : byte
{
    Tcp = 6,
    Udp = 17,
    Sctp = 132,
}
