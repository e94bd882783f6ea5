namespace Straum.Lab.ApiServer.Errors;

/// <summary>One entry of <c>details.causes</c> of a Status: what is wrong with which field.</summary>
/// <param name="Reason">A metav1.CauseType such as <c>FieldValueInvalid</c>.</param>
/// <param name="Message">In the words of the real server, e.g. <c>Invalid value: 70000: must be between …</c>.</param>
/// <param name="Field">Path of the field, e.g. <c>spec.ports[0].port</c>.</param>
internal sealed record StatusCause(string Reason, string Message, string Field)
{
    public static StatusCause Required(string field, string detail = "") =>
        new("FieldValueRequired", detail.Length == 0 ? "Required value" : "Required value: " + detail, field);

    /// <param name="value">The value as Go prints it: strings quoted.</param>
    public static StatusCause Invalid(string field, string value, string detail) =>
        new("FieldValueInvalid", $"Invalid value: {value}: {detail}", field);

    public static StatusCause Duplicate(string field, string value) =>
        new("FieldValueDuplicate", "Duplicate value: " + value, field);

    public static StatusCause Forbidden(string field, string detail) =>
        new("FieldValueForbidden", "Forbidden: " + detail, field);

    public static StatusCause NotSupported(string field, string value, params string[] supported) =>
        new("FieldValueNotSupported",
            $"Unsupported value: {value}: supported values: {string.Join(", ", supported.Select(s => $"\"{s}\""))}", field);

    public override string ToString() => $"{Field}: {Message}";
}
