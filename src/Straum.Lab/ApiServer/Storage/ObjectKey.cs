namespace Straum.Lab.ApiServer.Storage;

/// <summary>Where an object lives in the store.</summary>
/// <param name="Resource">Storage key of the kind: <c>pods</c>, <c>deployments.apps</c>.</param>
/// <param name="Namespace">Empty for a cluster-scoped object.</param>
internal readonly record struct ObjectKey(string Resource, string Namespace, string Name)
{
    public override string ToString() => Namespace.Length == 0 ? $"{Resource}/{Name}" : $"{Resource}/{Namespace}/{Name}";
}
