using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Straum.Linux;

namespace Straum.Cli.Tests.Targets;

public sealed class CaptureCommandTests(TargetPod pod) : IClassFixture<TargetPod>
{
    private const int PcapHeader = 24;

    [Fact]
    public async Task Capture_ToAFile_HasThePacketsThatTheFilterTakes()
    {
        var file = Path.GetTempFileName();
        try
        {
            using var capture = pod.Start("capture", "web-1", "--socket", pod.Socket, "-w", file, "-c", "2", "-i", "lo", "udp", "port", "4242");
            await ListeningAsync(capture.StandardError);

            Send(4241, "not this one");
            Send(4242, "first of two");
            Send(4242, "second of two");
            await capture.WaitForExitAsync(TestContext.Current.CancellationToken);

            capture.ExitCode.ShouldBe(0);
            var packets = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            BinaryPrimitives.ReadUInt32LittleEndian(packets).ShouldBeOneOf(0xa1b2c3d4u, 0xa1b23c4du);
            var text = Encoding.Latin1.GetString(packets);
            text.ShouldContain("first of two");
            text.ShouldContain("second of two");
            text.ShouldNotContain("not this one");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Capture_ThatIsInterrupted_LeavesAWholeFile()
    {
        var file = Path.GetTempFileName();
        try
        {
            using var capture = pod.Start("capture", $"{pod.Process.Id}", "-w", file);
            await ListeningAsync(capture.StandardError);
            // tcpdump says that it listens a moment before it does; what it has written by then, an early signal takes back.
            while (new FileInfo(file).Length <= PcapHeader)
            {
                Send(4242, "knock");
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }

            // Not SIGINT: who starts this in the background of a shell has it ignored, and the runtime keeps it so.
            NamespacedProcess.Signal(capture.Id, 15);
            await capture.WaitForExitAsync(TestContext.Current.CancellationToken);

            capture.ExitCode.ShouldBe(0);
            Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)).ShouldContain("knock");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Capture_WithAFilterThatTcpdumpRefuses_LeavesAnEarlierFileAsItWas()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "yesterday's", TestContext.Current.CancellationToken);
            (await pod.RunAsync("", "capture", $"{pod.Process.Id}", "-w", file, "not", "a", "filter")).ExitCode.ShouldBe(1);
            (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldBe("yesterday's");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Capture_ToAFullDisk_EndsAndSaysSo()
    {
        using var capture = pod.Start("capture", $"{pod.Process.Id}", "-i", "lo", "-w", "/dev/full");
        var messages = capture.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        // The file's head is the first write.
        await capture.WaitForExitAsync(TestContext.Current.CancellationToken);
        capture.ExitCode.ShouldBe(1);
        (await messages).ShouldContain("write /dev/full: No space left on device");
    }

    [Theory]
    [InlineData("--seconds")]
    [InlineData("-z")]
    [InlineData("-#")]
    [InlineData("-1")]
    public async Task Capture_OptionOfNeither_IsAUsageFaultAndNoFile(string option)
    {
        var file = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));
        var run = await CliRun.Of("capture", $"{pod.Process.Id}", "-w", file, option, "3");
        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain($"'{option}' is not known here");
        File.Exists(file).ShouldBeFalse();
    }

    [Fact]
    public async Task Capture_ToADirectoryThatIsNotThere_IsNamedWithTheFix()
    {
        var run = await CliRun.Of("capture", $"{pod.Process.Id}", "-i", "lo", "-w", "/nope/x.pcap");
        run.ExitCode.ShouldBe(1);
        run.Error.ShouldBe("straum: write /nope/x.pcap: there is no directory for it (make the directory first, or name a file in another)\n");
    }

    private void Send(int port, string text) => pod.Namespace.Run(() =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SendTo(Encoding.ASCII.GetBytes(text), new IPEndPoint(IPAddress.Parse(TargetPod.Address), port));
    });

    private static async Task ListeningAsync(StreamReader messages)
    {
        while (await messages.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Contains("listening on", StringComparison.Ordinal))
            {
                return;
            }
        }
        Assert.Fail("tcpdump ended before it listened");
    }
}
