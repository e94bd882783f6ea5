namespace Straum.Datapath.Programs;

/// <summary>One program where it was attached.</summary>
/// <param name="Name">Of the pin.</param>
/// <param name="Role">pod, uplink, overlay or socket.</param>
/// <param name="Program">As in the objects: uplink_in.</param>
/// <param name="Hook">Where in the kernel.</param>
/// <param name="Target">Index of the device, or path of the control group.</param>
/// <param name="Attached">The kernel still has it there: the device or group exists.</param>
/// <param name="ProgramId">The kernel's id of what is attached.</param>
public sealed record AttachmentReport(string Name, string Role, string Program, string Hook, string Target, bool Attached, uint ProgramId);
