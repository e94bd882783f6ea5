using System.Text.Json;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Decoding;

internal static class LeaseDecoder
{
    public static Lease Decode(ref Utf8JsonReader json)
    {
        var meta = new ObjectMeta();
        var holder = "";
        var seconds = 0;
        var transitions = 0;
        DateTimeOffset? acquired = null, renewed = null;
        while (json.NextField())
        {
            if (json.IsField("metadata"u8))
            {
                meta = json.ReadMeta();
            }
            else if (json.IsField("spec"u8) && json.EnterObject())
            {
                while (json.NextField())
                {
                    if (json.IsField("holderIdentity"u8)) { holder = json.ReadString(); }
                    else if (json.IsField("leaseDurationSeconds"u8)) { seconds = json.ReadInt(); }
                    else if (json.IsField("acquireTime"u8)) { acquired = json.ReadTime(); }
                    else if (json.IsField("renewTime"u8)) { renewed = json.ReadTime(); }
                    else if (json.IsField("leaseTransitions"u8)) { transitions = json.ReadInt(); }
                    else { json.SkipValue(); }
                }
            }
            else { json.SkipValue(); }
        }
        return new Lease
        {
            Meta = meta,
            HolderIdentity = holder,
            Duration = TimeSpan.FromSeconds(seconds),
            AcquireTime = acquired,
            RenewTime = renewed,
            Transitions = transitions,
        };
    }
}
