using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Straum.Agent.Cni;

/// <summary>One run of the built straum-cni, as a runtime would do it.</summary>
internal sealed record PluginRun(int ExitCode, string Output, string Error)
{
    /// <summary>The one object on stdout.</summary>
    public JsonObject Json => JsonNode.Parse(Output)!.AsObject();

    /// <summary>The error code, or 0 when stdout holds no error.</summary>
    public int Code => Output.Length == 0 ? 0 : (int?)Json["code"] ?? 0;

    public static async Task<PluginRun> RunAsync(
        string command, byte[] stdin, IReadOnlyDictionary<string, string>? environment = null, bool sanitized = true)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, sanitized ? "straum-cni-sanitized" : "straum-cni"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        // A process that ends at once need not free what it holds.
        start.Environment["ASAN_OPTIONS"] = "detect_leaks=0";
        start.Environment["CNI_COMMAND"] = command;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(stdin);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It refused its environment without reading its input.
        }
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new PluginRun(process.ExitCode, await output, await error);
    }

    public static Task<PluginRun> RunAsync(string command, string stdin, IReadOnlyDictionary<string, string>? environment = null) =>
        RunAsync(command, Encoding.UTF8.GetBytes(stdin), environment);
}
