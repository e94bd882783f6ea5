using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks;

/// <summary>What tests of checks share: an id, a host, and what the check says about it.</summary>
public abstract class CheckTest
{
    internal SyntheticHost Host { get; } = new();

    /// <summary>Runs one check as the doctor does, faults turned into unknown.</summary>
    internal async Task<CheckResult> ExamineAsync(string id)
    {
        var check = Catalogue.Find(id).ShouldNotBeNull();
        var report = await new Examination(Host).RunAsync([(check, true)], TestContext.Current.CancellationToken);
        return report.Results[0];
    }

    /// <summary>Runs a check that has one finding.</summary>
    internal async Task<Finding> FindAsync(string id) => (await ExamineAsync(id)).Findings.ShouldHaveSingleItem();

    internal async Task ShouldBeAsync(string id, Verdict verdict, string measured)
    {
        var finding = await FindAsync(id);
        finding.Measured.ShouldContain(measured);
        finding.Verdict.ShouldBe(verdict);
    }
}
