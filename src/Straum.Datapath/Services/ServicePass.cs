using System.Collections.Immutable;
using Straum.Control.Problems;

namespace Straum.Datapath.Services;

/// <summary>What one pass changed in the kernel.</summary>
/// <param name="Published">Entries written or rewritten.</param>
/// <param name="Withdrawn">Entries removed.</param>
/// <param name="Unplaced">Frontends that did not fit: a later pass may find room, also when nothing else has changed.</param>
/// <param name="Problems">Those frontends, and what this version does not serve; all others are as desired.</param>
/// <param name="Short">What each of those frontends, which are the first problems, did not fit into; in their order.</param>
public sealed record ServicePass(int Published, int Withdrawn, int Unplaced, ImmutableArray<Problem> Problems, ImmutableArray<TableShortage> Short);
