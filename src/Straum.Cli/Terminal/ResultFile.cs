namespace Straum.Cli.Terminal;

/// <summary>
/// A file that the user names for a result. It is opened before there is one, so that nobody waits for what cannot be written; it
/// stays as it was until there is one, and is gone again if it was not there and none came.
/// </summary>
/// <param name="path">As it was typed.</param>
internal sealed class ResultFile(string path) : IDisposable
{
    private readonly bool _isNew = !File.Exists(path);
    private readonly FileStream _file = UserFile.Open(path, FileMode.OpenOrCreate);
    private bool _hasBegun;

    /// <summary>The file, empty: from here on the result is in it.</summary>
    public Stream Begin()
    {
        // A device has no length, and refuses to be given one.
        if (_file.CanSeek && _file.Length > 0)
        {
            _file.SetLength(0);
        }
        _hasBegun = true;
        return _file;
    }

    public void Dispose()
    {
        _file.Dispose();
        if (_isNew && !_hasBegun)
        {
            File.Delete(path);
        }
    }
}
