using System.Diagnostics;

namespace Straum.Lab.ApiServer.Kubectl;

/// <summary>Runs the installed kubectl against a server under test.</summary>
internal sealed class Kubectl(string kubeconfig)
{
    /// <summary>Runs a command that must succeed; returns what it printed.</summary>
    public async Task<string> RunAsync(string arguments, string? input = null)
    {
        var (code, output, error) = await TryAsync(arguments, input);
        code.ShouldBe(0, $"kubectl {arguments}\n{output}{error}");
        return output;
    }

    /// <summary>Runs a command that must succeed; returns what it printed to stderr.</summary>
    public async Task<string> WarnedAsync(string arguments, string? input = null)
    {
        var (code, output, error) = await TryAsync(arguments, input);
        code.ShouldBe(0, $"kubectl {arguments}\n{output}{error}");
        return error;
    }

    /// <summary>Runs a command that must fail; returns what it printed to stderr.</summary>
    public async Task<string> RefusedAsync(string arguments, string? input = null)
    {
        var (code, output, error) = await TryAsync(arguments, input);
        code.ShouldNotBe(0, $"kubectl {arguments}\n{output}");
        return error;
    }

    /// <summary>Starts a command that goes on, such as <c>get -w</c>.</summary>
    public Process Start(string arguments)
    {
        var start = new ProcessStartInfo("kubectl")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("--kubeconfig");
        start.ArgumentList.Add(kubeconfig);
        // A cache of its own: discovery of an earlier server on the same port must not be found.
        start.ArgumentList.Add("--cache-dir");
        start.ArgumentList.Add(kubeconfig + ".cache");
        foreach (var argument in Split(arguments))
        {
            start.ArgumentList.Add(argument);
        }
        return Process.Start(start)!;
    }

    private async Task<(int Code, string Output, string Error)> TryAsync(string arguments, string? input)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input ?? "");
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output, await error);
    }

    // Words are separated by spaces; single quotes keep spaces together.
    private static IEnumerable<string> Split(string text) =>
        text.Split('\'').SelectMany((part, index) => index % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
