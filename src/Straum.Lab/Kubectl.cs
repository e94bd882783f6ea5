using System.Diagnostics;

namespace Straum.Lab;

/// <summary>The kubectl on this machine, pointed at the lab.</summary>
public static class Kubectl
{
    /// <summary>Applies a manifest. Returns what kubectl said, in one line.</summary>
    /// <exception cref="LabException">kubectl refused, with its words.</exception>
    public static async Task<string> ApplyAsync(string manifest, CancellationToken stop)
    {
        var (exitCode, output, error) = await RunAsync(manifest, stop, "apply", "-f", "-");
        return exitCode == 0
            ? string.Join(", ", output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            : throw new LabException($"kubectl apply: {error.Trim()}");
    }

    /// <summary>The current context of a kubeconfig, with its certificates and keys in it: good from any directory.</summary>
    /// <exception cref="LabException">It cannot be read.</exception>
    public static async Task<string> FlattenAsync(string kubeconfig, CancellationToken stop)
    {
        var start = new ProcessStartInfo(Program(), ["config", "view", "--raw", "--flatten", "--minify", "--kubeconfig", kubeconfig])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(stop);
        var output = await process.StandardOutput.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        return process.ExitCode == 0 ? output : throw new LabException($"kubeconfig {kubeconfig}: {(await error).Trim()}");
    }

    /// <summary>Runs kubectl to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string input, CancellationToken stop, params IEnumerable<string> arguments)
    {
        var start = Start(arguments);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(stop);
        var error = process.StandardError.ReadToEndAsync(stop);
        await process.StandardInput.WriteAsync(input.AsMemory(), stop);
        process.StandardInput.Close();
        await process.WaitForExitAsync(stop);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Runs kubectl on the caller's terminal. Returns its exit code.</summary>
    public static async Task<int> RunAttachedAsync(IEnumerable<string> arguments, CancellationToken stop)
    {
        using var process = Process.Start(Start(arguments))!;
        await process.WaitForExitAsync(stop);
        return process.ExitCode;
    }

    private static string Program() =>
        LabRequirements.FindProgram("kubectl") ?? throw new LabException("kubectl is not in PATH", "apt-get install kubernetes-client");

    private static ProcessStartInfo Start(IEnumerable<string> arguments)
    {
        if (!File.Exists(LabPaths.Kubeconfig))
        {
            throw new LabException("the lab has no API server yet", "straum lab status, straum lab logs apiserver");
        }
        var start = new ProcessStartInfo(Program());
        start.Environment["KUBECONFIG"] = LabPaths.Kubeconfig;
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        return start;
    }
}
