using System.Text;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Schemas;

namespace Straum.Lab.ApiServer.Protobuf;

public sealed class ProtobufDecoderTests
{
    [Fact]
    public void Deployment_WithZeros_KeepsThoseThatAreValuesAndDropsTheOthers()
    {
        // spec: replicas (a pointer) 0, minReadySeconds (not one) 0, paused false; metadata.name d, metadata.namespace empty
        var decoded = Decode("apps/v1", "Deployment",
            Message(1, Text(1, "d"), Text(3, "")),
            Message(2, Number(1, 0), Number(5, 0), Number(7, 0)),
            Message(3));
        decoded.ToJsonString().ShouldBe(
            """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":0},"status":{}}""");
    }

    [Fact]
    public void Pod_FieldsOfMessagesThatJsonDoesNotShow_LandInTheirParent()
    {
        // volumes[0]: name, volumeSource{emptyDir{medium}}; containers[0].readinessProbe: handler{httpGet{path, port}}, periodSeconds
        var decoded = Decode("v1", "Pod", Message(2,
            Message(1, Text(1, "v"), Message(2, Message(2, Text(1, "Memory")))),
            Message(2, Text(1, "c"), Message(11, Message(1, Message(2, Text(1, "/ready"), Message(2, Number(1, 0), Number(2, 8080)))), Number(4, 5)))));
        var spec = decoded.Object("spec")!;
        spec["volumes"]!.ToJsonString().ShouldBe("""[{"name":"v","emptyDir":{"medium":"Memory"}}]""");
        spec.Objects("containers").Single()["readinessProbe"]!.ToJsonString()
            .ShouldBe("""{"httpGet":{"path":"/ready","port":8080},"periodSeconds":5}""");
    }

    [Fact]
    public void Service_NamedTargetPortAndSelector_AreReadAsTextAndMap()
    {
        var decoded = Decode("v1", "Service", Message(2,
            Message(1, Text(1, ""), Text(2, "TCP"), Number(3, 80), Message(4, Number(1, 1), Number(2, 0), Text(3, "http"))),
            Message(2, Text(1, "app"), Text(2, "web"))));
        decoded["spec"]!.ToJsonString().ShouldBe("""{"ports":[{"protocol":"TCP","port":80,"targetPort":"http"}],"selector":{"app":"web"}}""");
    }

    [Fact]
    public void Lease_Times_KeepTheirMicroseconds()
    {
        var decoded = Decode("coordination.k8s.io/v1", "Lease", Message(2, Text(1, "me"), Number(2, 15), Message(4, Number(1, 1700000000), Number(2, 123456000))));
        decoded.Text("spec", "renewTime").ShouldBe("2023-11-14T22:13:20.123456Z");
    }

    [Fact]
    public void Secret_Data_IsBase64()
    {
        var decoded = Decode("v1", "Secret", Message(2, Text(1, "k"), Text(2, "value")));
        decoded.Text("data", "k").ShouldBe(Convert.ToBase64String("value"u8));
    }

    [Fact]
    public void DeleteOptions_WithoutMetadata_AreRead()
    {
        var body = Envelope("v1", "DeleteOptions", [.. Number(1, 0), .. Text(4, "Foreground")]);
        var decoded = ProtobufDecoder.Decode(body, SchemaCatalog.Builtin.FindBody);
        (decoded.Number("gracePeriodSeconds"), decoded.Text("propagationPolicy")).ShouldBe((0, "Foreground"));
    }

    [Fact]
    public void UnknownField_IsRefusedAndNotDropped() =>
        Should.Throw<StatusException>(() => Decode("v1", "ConfigMap", Message(77))).Code.ShouldBe(415);

    [Fact]
    public void Garbage_OfAnyKind_IsRefused()
    {
        Should.Throw<StatusException>(() => ProtobufDecoder.Decode("{}"u8, SchemaCatalog.Builtin.FindBody)).Code.ShouldBe(400);
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = new byte[random.Next(60)];
            random.NextBytes(bytes);
            try
            {
                ProtobufDecoder.Decode(Envelope("v1", "Pod", bytes), SchemaCatalog.Builtin.FindBody);
            }
            catch (StatusException refusal)
            {
                refusal.Code.ShouldBeOneOf(400, 415);
            }
        }
    }

    private static JsonObject Decode(string version, string kind, params byte[][] fields) =>
        ProtobufDecoder.Decode(Envelope(version, kind, [.. fields.SelectMany(f => f)]), SchemaCatalog.Builtin.FindBody);

    private static byte[] Envelope(string version, string kind, byte[] content) =>
        [.. "k8s\0"u8, .. Message(1, Text(1, version), Text(2, kind)), .. Bytes(2, content)];

    private static byte[] Message(int number, params byte[][] fields) => Bytes(number, [.. fields.SelectMany(f => f)]);

    private static byte[] Text(int number, string text) => Bytes(number, Encoding.UTF8.GetBytes(text));

    private static byte[] Bytes(int number, byte[] content) => [.. Varint((ulong)(number << 3 | 2)), .. Varint((ulong)content.Length), .. content];

    private static byte[] Number(int number, ulong value) => [.. Varint((ulong)(number << 3)), .. Varint(value)];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
