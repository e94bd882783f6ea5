using Straum.Cli.Doctor;
using Straum.Doctor;

namespace Straum.Cli.Tests.Doctor;

public sealed class DoctorProgressTests
{
    [Theory]
    [InlineData(0, "3/60 checks, waiting for ST-DN-001: the host's name servers answer")]
    [InlineData(200, "3/60 checks, waiting for ST-DN-001: the host's name servers answer")]
    [InlineData(20, "3/60 checks, waitin")]
    [InlineData(1, "")]
    public void Line_FitsTheTerminal(int width, string line) =>
        DoctorProgress.LineOf(new CheckProgress(3, 60, Catalogue.Find("ST-DN-001")), width).ShouldBe(line);

    [Fact]
    public void Line_AtTheEnd_IsEmpty() => DoctorProgress.LineOf(new CheckProgress(60, 60, null), 80).ShouldBeEmpty();
}
