using Straum.Linux;

namespace Straum.Lab.Cni;

/// <summary>Runs plugin binaries inside a node's network namespace, where its agent and its devices are.</summary>
/// <param name="start">Starts a program there.</param>
public sealed class PluginProcess(Func<ProcessSpec, NamespacedProcess> start)
{
    /// <param name="networkNamespace">Name or path of the namespace; null for the caller's own.</param>
    public PluginProcess(string? networkNamespace)
        : this(spec => StartIn(networkNamespace, spec))
    {
    }

    /// <inheritdoc cref="RunPlugin"/>
    public async Task<PluginOutput> RunAsync(string path, IReadOnlyDictionary<string, string?> environment, byte[] stdin, CancellationToken stop)
    {
        using var process = start(new ProcessSpec { FileName = path, Environment = environment });
        try
        {
            // Both outputs are read while the input is written: a plugin may answer before it has read everything.
            var stdout = process.StandardOutput.ReadToEndAsync(stop);
            var stderr = process.StandardError.ReadToEndAsync(stop);
            await WriteAsync(process, stdin, stop);
            await process.WaitForExitAsync(stop);
            return new PluginOutput(process.ExitCode, await stdout, await stderr);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    private static NamespacedProcess StartIn(string? networkNamespace, ProcessSpec spec)
    {
        using var ns = networkNamespace is null ? NetworkNamespace.Current() : NetworkNamespace.Open(networkNamespace);
        return NamespacedProcess.Start(ns, spec);
    }

    private static async Task WriteAsync(NamespacedProcess process, byte[] stdin, CancellationToken stop)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(stdin, stop);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The plugin ended without reading its input; its exit code and output say why.
        }
    }
}
