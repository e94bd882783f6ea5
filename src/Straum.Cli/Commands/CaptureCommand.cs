using System.CommandLine;
using System.Globalization;
using Straum.Cli.Targets;
using Straum.Cli.Terminal;
using Straum.Linux;
using Straum.Linux.Netlink;

namespace Straum.Cli.Commands;

/// <summary>
/// <c>straum capture POD -w FILE [FILTER…]</c>: packets of a pod by the host's tcpdump. tcpdump writes to a pipe and this program
/// to the file, so it does not matter that tcpdump gives up its rights before it opens one.
/// </summary>
internal static class CaptureCommand
{
    private static readonly Argument<string[]> Filter = new("filter")
    {
        Description = "What to capture, in tcpdump's words: tcp port 80 and host 10.244.1.7",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string?> File = new("--write", "-w") { Description = "Write a pcap file, - for stdout; without it packets are printed", HelpName = "file" };
    private static readonly Option<string?> Device = new("--interface", "-i") { Description = "The device in the pod; its first that is up, besides lo", HelpName = "name" };
    private static readonly Option<int?> Count = new("--count", "-c") { Description = "End after so many packets", HelpName = "packets" };

    static CaptureCommand() => Count.Require(static packets => packets >= 1, "must be at least 1");

    public static Command Create()
    {
        var command = new Command("capture", "Capture a pod's packets: capture web-1 -w web.pcap port 80") { ExecCommand.Target, Filter, File, Device, Count, ExecCommand.Socket };
        Filter.Validators.Add(static result =>
        {
            if (result.Tokens.FirstOrDefault(static t => IsOption(t.Value)) is { } option)
            {
                result.AddError($"'{option.Value}' is not known here");
            }
        });
        command.SetAction(RunAsync);
        return command;
    }

    // Of the filter language only a minus can begin so, and what begins with one can be written in parentheses.
    private static bool IsOption(string word) => word is ['-', _, ..];

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken stop)
    {
        var target = await ExecCommand.FindAsync(parse, stop);
        var file = parse.GetValue(File);
        var tcpdump = Command(parse.GetValue(Device) ?? FirstDevice(target), file is not null, parse.GetValue(Count), parse.GetValue(Filter) ?? []);
        using var signals = new SignalRelay();
        if (file is null or "-")
        {
            using var printing = Start(target, tcpdump, keepTerminal: true);
            return await signals.WaitAsync(printing);
        }
        using var output = new ResultFile(file);
        using var process = Start(target, tcpdump, keepTerminal: false);
        process.StandardInput.Close();
        var packets = SaveAsync(process.StandardOutput.BaseStream, output);
        var messages = CopyAsync(process.StandardError, parse.InvocationConfiguration.Error);
        var ended = signals.WaitAsync(process);
        try
        {
            await packets;
        }
        catch (IOException e)
        {
            // Nobody takes the packets any more: tcpdump would wait for ever.
            process.Kill();
            await Task.WhenAll(ended, messages);
            throw new CommandFault($"write {file}", UserFile.Reason(e), "the file has the packets until then", inner: e);
        }
        await messages;
        return await ended;
    }

    /// <summary>The file is touched when packets come: a filter that tcpdump refuses costs no earlier capture.</summary>
    private static async Task SaveAsync(Stream packets, ResultFile file)
    {
        var buffer = new byte[64 << 10];
        Stream? output = null;
        for (int length; (length = await packets.ReadAsync(buffer)) > 0;)
        {
            output ??= file.Begin();
            await output.WriteAsync(buffer.AsMemory(0, length));
        }
    }

    private static List<string> Command(string device, bool asFile, int? count, string[] filter)
    {
        List<string> command = ["tcpdump", "-n", "-i", device];
        command.AddRange(asFile ? ["-U", "-w", "-"] : ["-l"]);
        if (count is { } packets)
        {
            command.AddRange(["-c", packets.ToString(CultureInfo.InvariantCulture)]);
        }
        // Whatever the filter says, none of it is an option of tcpdump's, which can run programs and write files.
        command.Add("--");
        command.AddRange(filter);
        return command;
    }

    private static NamespacedProcess Start(NetworkTarget target, List<string> tcpdump, bool keepTerminal)
    {
        try
        {
            return TargetProcess.Start(target, tcpdump, keepTerminal);
        }
        catch (CommandFault e) when (e.InnerException is LinuxException { Errno: Errno.ENOENT })
        {
            throw new CommandFault($"capture {target.Name}", "tcpdump is not installed on this host", "install it; nothing is needed in the pod", inner: e);
        }
    }

    private static string FirstDevice(NetworkTarget target)
    {
        try
        {
            using var space = NetworkNamespace.Open(target.Path);
            using var net = RtNetlink.Open(space);
            // Where tunnel modules are loaded, every namespace has their devices too, down.
            return net.Links.List().Where(static l => l.Name != "lo").OrderByDescending(static l => l.IsUp).FirstOrDefault()?.Name ?? "lo";
        }
        catch (LinuxException e)
        {
            throw new CommandFault($"enter {target.Name}", e.Message, inner: e);
        }
    }

    // Line by line, as tcpdump says them: "listening on …" comes before the first packet.
    private static async Task CopyAsync(StreamReader from, TextWriter to)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            await to.WriteLineAsync(line);
            await to.FlushAsync();
        }
    }
}
