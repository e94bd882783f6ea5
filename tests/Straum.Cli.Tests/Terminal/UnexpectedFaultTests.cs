using System.Net.Sockets;
using System.Text.Json;
using Straum.Cli.Terminal;
using Straum.Linux;

namespace Straum.Cli.Tests.Terminal;

public sealed class UnexpectedFaultTests
{
    [Fact]
    public void File_ThatIsRoots_IsNamed() =>
        Text(new UnauthorizedAccessException("Access to the path '/run/x' is denied.")).ShouldStartWith("straum: lab status: /run/x: permission denied");

    [Fact]
    public void File_ThatTheRuntimeRefused_IsNamedWithTheErrorAndTheFix()
    {
        Text(FaultOf(static () => File.ReadAllText("/nowhere/x"))).ShouldBe("straum: lab status: /nowhere/x: there is no such file");
        Text(FaultOf(static () => File.ReadAllText("/etc/hostname/x"))).ShouldStartWith("straum: lab status: /etc/hostname/x: ");
        Text(FaultOf(static () => File.WriteAllText("/dev/full", "x"))).ShouldBe("straum: lab status: /dev/full: no space is left on the device (make room, and run it again)");
        Text(FaultOf(static () => File.WriteAllText($"/tmp/{new string('x', 300)}", ""))).ShouldEndWith("the name is too long");
        Text(FaultOf(static () => File.WriteAllText("/proc/sys/kernel/ostype", "x"))).ShouldStartWith("straum: lab status: /proc/sys/kernel/ostype: ");
    }

    [Fact]
    public async Task File_WithoutAName_IsNoBug()
    {
        var run = await CliRun.Of("apiserver", "--data-dir", "");
        run.ExitCode.ShouldBe(ExitCode.Problem);
        run.Error.TrimEnd().ShouldBe("straum: apiserver: an option or argument names a file, and is none's name (is it empty?)");
    }

    [Fact]
    public void Kernel_ThatRefusesASocket_IsQuoted() =>
        Text(new IOException("Unable to transfer data.", new SocketException((int)SocketError.ConnectionReset))).ShouldBe("straum: lab status: Connection reset by peer (ECONNRESET)");

    [Fact]
    public void Failure_ThatSaysItself_IsLeftAsItIs()
    {
        Text(new IOException("http://127.0.0.1:2381/metrics: no answer within 10 s")).ShouldBe("straum: lab status: http://127.0.0.1:2381/metrics: no answer within 10 s");
        Text(new LinuxException("link get", "eth0", Errno.ENODEV)).ShouldStartWith("straum: lab status: link get eth0: ENODEV");
    }

    [Fact]
    public void Json_ThatIsNone_SaysWhatItMayBe() =>
        Text(FaultOf(static () => JsonDocument.Parse("x"))).ShouldEndWith("(the file or the agent is of another version, or the file is damaged)");

    [Fact]
    public void AnythingElse_IsABug_AndSaysSo()
    {
        Text(new InvalidOperationException("Sequence contains\nno elements.")).ShouldBe(
            "straum: lab status: InvalidOperationException: Sequence contains no elements (this is a bug of Straum: report it with the lines below)");
        UnexpectedFault.IsBug(new InvalidOperationException()).ShouldBeTrue();
        UnexpectedFault.IsBug(new FileNotFoundException()).ShouldBeFalse();
    }

    private static string Text(Exception e) => UnexpectedFault.Of("lab status", e).Message;

    private static Exception FaultOf(Action act) => Should.Throw<Exception>(act);
}
