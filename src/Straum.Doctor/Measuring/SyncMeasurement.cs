namespace Straum.Doctor.Measuring;

/// <summary>How long writes took to be on the disk.</summary>
/// <param name="Directory">Where.</param>
/// <param name="Syncs">Durations of fdatasync alone.</param>
/// <param name="Writes">Durations of write alone.</param>
/// <param name="Elapsed">From the first write to the last sync.</param>
/// <param name="Complete">All writes of the pattern were made.</param>
/// <param name="Preallocated">The file's blocks were reserved first; not every file system can.</param>
public sealed record SyncMeasurement(string Directory, LatencyHistogram Syncs, LatencyHistogram Writes, TimeSpan Elapsed, bool Complete, bool Preallocated);
