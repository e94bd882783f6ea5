namespace Straum.Datapath.Programs;

/// <summary>A program on a device by a filter, where a link is to take its place.</summary>
/// <param name="Name">That the link would have.</param>
/// <param name="ProgramId">The kernel's number of it.</param>
internal readonly record struct ProvisionalFilter(LinkName Name, uint ProgramId);
