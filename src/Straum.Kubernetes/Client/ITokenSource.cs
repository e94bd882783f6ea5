namespace Straum.Kubernetes.Client;

/// <summary>A bearer token that may change.</summary>
public interface ITokenSource
{
    /// <summary>The token as it is now.</summary>
    string Read();
}

/// <summary>A token that stands in the configuration.</summary>
public sealed class FixedToken(string token) : ITokenSource
{
    public string Read() => token;
}

/// <summary>
/// A token in a file that someone renews: kubelet swaps a pod's projected token about once an hour. Read for
/// every request: requests are few, and a stale token would be an outage.
/// </summary>
public sealed class TokenFile(string path) : ITokenSource
{
    private string? _lastGood;

    /// <summary>The file's content; the last good one while the file is unreadable. Throws when there never was one.</summary>
    public string Read()
    {
        try
        {
            var token = File.ReadAllText(path).Trim();
            if (token.Length > 0)
            {
                _lastGood = token;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_lastGood is null)
            {
                throw new ClusterConfigException(path, $"the token cannot be read: {e.Message}", e);
            }
        }
        return _lastGood ?? throw new ClusterConfigException(path, "the token file is empty");
    }
}
