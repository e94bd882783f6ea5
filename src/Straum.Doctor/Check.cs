using Straum.Doctor.Hosts;

namespace Straum.Doctor;

/// <summary>One question about a host, with a verdict. A check only reads: what it leaves behind is nothing.</summary>
/// <remarks>
/// How to add a check:
/// 1. One file in the folder of its group, <c>Checks/Group/WhatItLooksAt.cs</c>; its id is the group's prefix and the next free
///    number. Ids are for ever: a check that goes leaves its number in <see cref="Catalogue.Retired"/>.
/// 2. It sees the machine through <see cref="IHost"/> only. What it cannot read because it is refused is not its business: the
///    exception becomes <see cref="Verdict.Unknown"/> with the operation's own words. What is not there it says itself, as
///    <see cref="Finding.Skip"/> when that is no fault, or as <see cref="Finding.Unknown"/> when something ought to be there.
/// 3. The threshold names its source. Compare what was measured, print what was compared, with the unit.
/// 4. One line in <see cref="Catalogue.All"/>.
/// 5. Tests: a good host, a bad one, one where the source is missing; and a real fault if a namespace can have it.
/// 6. <c>make docs</c> writes its entry in docs/reference/doctor.md; a test says when that was forgotten.
/// </remarks>
public abstract class Check
{
    /// <summary><c>ST-CT-001</c>: the group's two letters, and a number.</summary>
    public abstract string Id { get; }

    /// <summary>What is so when all is well, in a few words: <c>the connection table has room</c>.</summary>
    public abstract string Title { get; }

    public abstract CheckGroup Group { get; }

    public abstract Explanation Explanation { get; }

    /// <summary>It makes sense on a host that no cluster runs on yet (<c>--pre</c>).</summary>
    public virtual bool BeforeInstall => true;

    /// <summary>It loads the host so much that others would measure it: it runs alone, after them.</summary>
    public virtual bool Disturbs => false;

    /// <summary>How long it may take before it counts as unknown.</summary>
    public virtual TimeSpan Limit => TimeSpan.FromSeconds(15);

    /// <summary>Looks at the host. Returns at least one finding.</summary>
    public abstract Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop);

    /// <summary>The answer of a check that has one finding.</summary>
    protected static Task<IReadOnlyList<Finding>> One(Finding finding) => Task.FromResult<IReadOnlyList<Finding>>([finding]);

    /// <summary>The answer of a check of several subjects: what is wrong with them, or <paramref name="otherwise"/>.</summary>
    protected static IReadOnlyList<Finding> Several(List<Finding> wrong, Finding otherwise) => wrong.Count > 0 ? wrong : [otherwise];
}
