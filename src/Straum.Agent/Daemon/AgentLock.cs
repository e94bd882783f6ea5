namespace Straum.Agent.Daemon;

/// <summary>Held while an agent runs, so that two never write the same tables. The kernel lets go of it with the process.</summary>
internal sealed class AgentLock : IDisposable
{
    public const string FileName = "agent.lock";

    private readonly FileStream _file;

    private AgentLock(FileStream file) => _file = file;

    /// <exception cref="IOException">Another agent holds it.</exception>
    public static AgentLock Take(string runDirectory)
    {
        var path = Path.Combine(runDirectory, FileName);
        try
        {
            return new AgentLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e)
        {
            throw new IOException($"{path} is held by another agent (end it first, or give this one its own paths.run)", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
