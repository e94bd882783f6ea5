using System.Text;

namespace Straum.Kubernetes.Client;

/// <summary>Which objects: of one namespace or all, by field and by label.</summary>
public sealed record Selection
{
    public static Selection All { get; } = new();

    /// <summary>Empty means all namespaces.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>As in "spec.nodeName=n1"; empty means all.</summary>
    public string FieldSelector { get; init; } = "";

    /// <summary>As in "!service.kubernetes.io/headless,app in (a,b)"; empty means all.</summary>
    public string LabelSelector { get; init; } = "";
}

/// <summary>One page of a list.</summary>
public sealed record ListOptions
{
    public Selection Selection { get; init; } = Selection.All;

    /// <summary>The most items that a page may have; the server may ignore it.</summary>
    public int Limit { get; init; } = 500;

    /// <summary>The token of the page before; empty for the first.</summary>
    public string Continue { get; init; } = "";

    internal string Query() => new QueryText()
        .Add("fieldSelector", Selection.FieldSelector).Add("labelSelector", Selection.LabelSelector)
        .Add("limit", Limit.ToString()).Add("continue", Continue).ToString();
}

/// <summary>A watch from a version on.</summary>
public sealed record WatchOptions
{
    public Selection Selection { get; init; } = Selection.All;

    /// <summary>The version of a list, or of the last event seen.</summary>
    public required string ResourceVersion { get; init; }

    /// <summary>When the server shall end the watch of its own accord.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How much longer than <see cref="Timeout"/> we wait before we take the connection for dead.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    internal string Query() => new QueryText()
        .Add("fieldSelector", Selection.FieldSelector).Add("labelSelector", Selection.LabelSelector)
        .Add("watch", "true").Add("allowWatchBookmarks", "true").Add("resourceVersion", ResourceVersion)
        .Add("timeoutSeconds", ((int)Timeout.TotalSeconds).ToString()).ToString();
}

/// <summary>Writes "?name=value&amp;name=value", leaving out empty values.</summary>
internal sealed class QueryText
{
    private readonly StringBuilder _text = new();

    public QueryText Add(string name, string value)
    {
        if (value.Length > 0)
        {
            _text.Append(_text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }
        return this;
    }

    public override string ToString() => _text.ToString();
}
