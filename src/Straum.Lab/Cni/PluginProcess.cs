using Straum.Linux;

namespace Straum.Lab.Cni;

/// <summary>Runs plugin binaries inside a node's network namespace, where its agent and its devices are.</summary>
/// <param name="networkNamespace">Name or path of the namespace; null for the caller's own.</param>
public sealed class PluginProcess(string? networkNamespace)
{
    /// <inheritdoc cref="RunPlugin"/>
    public async Task<PluginOutput> RunAsync(string path, IReadOnlyDictionary<string, string?> environment, byte[] stdin, CancellationToken stop)
    {
        using var ns = networkNamespace is null ? NetworkNamespace.Current() : NetworkNamespace.Open(networkNamespace);
        using var process = NamespacedProcess.Start(ns, new ProcessSpec { FileName = path, Environment = environment });
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
