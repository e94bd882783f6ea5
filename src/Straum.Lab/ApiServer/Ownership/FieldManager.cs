namespace Straum.Lab.ApiServer.Ownership;

/// <summary>Who writes, as <c>managedFields</c> tells writers apart.</summary>
/// <param name="Name">The request's fieldManager, or the program that its User-Agent names.</param>
/// <param name="Applies">By server-side apply; otherwise by create, update or another patch.</param>
/// <param name="ApiVersion">The version that the fields are named in.</param>
/// <param name="Subresource">status or scale; empty for the object itself.</param>
internal sealed record FieldManager(string Name, bool Applies, string ApiVersion, string Subresource = "")
{
    public string Operation => Applies ? "Apply" : "Update";

    /// <summary>A request's manager when it names none: the first word of its User-Agent, at most 128 characters.</summary>
    public static string NameOf(string? given, string userAgent) =>
        !string.IsNullOrEmpty(given) ? given
        : userAgent.Split('/', ' ')[0] is { Length: > 0 } program ? program[..Math.Min(program.Length, 128)]
        : "unknown";

    /// <summary>As the refusal of a conflict names it.</summary>
    /// <param name="time">When it wrote last.</param>
    public string Describe(string? time)
    {
        var name = Subresource.Length == 0 ? $"\"{Name}\"" : $"\"{Name}\" with subresource \"{Subresource}\"";
        return Applies ? name : time is null ? $"{name} using {ApiVersion}" : $"{name} using {ApiVersion} at {time}";
    }
}
