namespace Straum.Lab.ApiServer.Ownership;

/// <summary>Into which parts, if any, a value is owned.</summary>
internal enum ShapeKind
{
    /// <summary>As a whole: scalars, lists without keys, objects that make sense only together.</summary>
    Atom,

    /// <summary>Field by field, or key by key. A value that is no object is owned as a whole.</summary>
    Object,

    /// <summary>A list of objects that some of their fields tell apart.</summary>
    KeyedList,

    /// <summary>A list of scalars in which each stands for itself.</summary>
    Set,
}
