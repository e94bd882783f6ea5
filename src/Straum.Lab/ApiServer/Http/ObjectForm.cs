using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.Http;

/// <summary>The form in which a client wants objects.</summary>
internal enum ObjectForm
{
    Whole,

    /// <summary>A <c>meta.k8s.io</c> Table: the rows that kubectl prints.</summary>
    Table,

    /// <summary>A PartialObjectMetadata: metadata alone.</summary>
    Metadata,
}

/// <summary>Content negotiation for objects.</summary>
internal static class ObjectForms
{
    /// <summary>
    /// The first form in the Accept header that can be served; JSON only. Throws NotAcceptable when there is none.
    /// </summary>
    public static ObjectForm Negotiate(string? accept)
    {
        var types = MediaType.ParseList(accept);
        foreach (var type in types)
        {
            if (type.Type is not (MediaType.Json or "application/*" or "*/*"))
            {
                continue;
            }
            switch (type.Parameter("as"), type.Parameter("g"), type.Parameter("v"))
            {
                case ("", _, _):
                    return ObjectForm.Whole;
                case ("Table", "meta.k8s.io", "v1"):
                    return ObjectForm.Table;
                case ("PartialObjectMetadata" or "PartialObjectMetadataList", "meta.k8s.io", "v1"):
                    return ObjectForm.Metadata;
            }
        }
        return types.Count == 0 ? ObjectForm.Whole : throw StatusException.NotAcceptable(MediaType.Json);
    }
}
