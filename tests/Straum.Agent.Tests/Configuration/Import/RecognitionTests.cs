using Straum.Agent.Configuration.Import;

namespace Straum.Agent.Tests.Configuration.Import;

/// <summary>What is said of a file that no reader takes for its own.</summary>
public sealed class RecognitionTests
{
    [Theory]
    [InlineData("wrong.yaml", "ipv4:\n\tenabled: true\n", "wrong.yaml:2", "a tab indents the line")]
    [InlineData("values", "ipv4:\n\tenabled: true\n", "values:2", "a tab indents the line")]
    [InlineData("alias.yaml", "MTU: &m 1400\ntunnelPort: *m\n", "alias.yaml:2", "aliases")]
    [InlineData("template.yaml", "MTU: 1400\nk8sServicePort: {{ .Values.port }}\n", "template.yaml:2", "a template")]
    [InlineData("template.yaml", "{{- if .Values.x }}\nMTU: 1400\n{{- end }}\n", "template.yaml:1", "a template")]
    [InlineData("empty.yaml", "", "empty.yaml", "it is empty")]
    [InlineData("empty.yaml", " \n\n", "empty.yaml", "it is empty")]
    [InlineData("app", "\u007fELF\0\0", "app", "a binary file")]
    [InlineData("70-mine.conf", "hello\n", "70-mine.conf:1", "'hello' is not of the form key = value")]
    [InlineData("straum.yaml", "routing:\n  mode: native\nmasquerade:\n  enabled: true\n", "straum.yaml", "it reads as a straum.yaml")]
    public void Run_FileWithAFault_IsToldTheFault(string file, string text, string where, string why) => Throw(file, text).ShouldSatisfyAllConditions(
        e => e.Where.ShouldBe(where), e => e.Message.ShouldContain(why), e => e.IsUnrecognised.ShouldBeFalse());

    [Theory]
    [InlineData("notes.txt", "hello\n", "no 'kind: KubeProxyConfiguration' in it", "line 1, 'hello' is not of the form key = value", "values of the Cilium Helm chart: no keys in it")]
    [InlineData("pod.yaml", "apiVersion: v1\nkind: Pod\n", "it is a Pod")]
    [InlineData("other.yaml", "foo: 1\nbar: 2\n", "line 1, the chart has no key foo")]
    [InlineData("comments", "# nothing\n", "nothing but comments in it")]
    public void Run_FileOfNoKnownKind_IsToldWhyEachReaderRefusesIt(string file, string text, params string[] whys) => Throw(file, text).ShouldSatisfyAllConditions(
        e => e.Where.ShouldBe(file), e => e.IsUnrecognised.ShouldBeTrue(), e => whys.ShouldAllBe(why => e.Message.Contains(why)));

    [Theory]
    [InlineData("kube-proxy", "")]
    [InlineData("sysctl", "\n")]
    [InlineData("cilium", "\0")]
    public void Run_EmptyOrBinary_IsNoneOfTheKindThatItIsSaidToBe(string from, string text) =>
        Should.Throw<ImportException>(() => ConfigImport.Run([new ImportSource("x", text)], from));

    private static ImportException Throw(string file, string text) => Should.Throw<ImportException>(() => ConfigImport.Run([new ImportSource(file, text)]));
}
