namespace Straum.Lab;

/// <summary>The sample that <c>up</c> applies: <c>deploy/lab/sample.yaml</c>, carried along in the program.</summary>
public static class SampleApplication
{
    /// <summary>Replicas of its Deployments.</summary>
    public const int Pods = 6;

    public static string Read()
    {
        using var stream = typeof(SampleApplication).Assembly.GetManifestResourceStream("sample.yaml")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
