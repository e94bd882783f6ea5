namespace Straum.Linux;

public sealed class MacAddressTests
{
    [Theory]
    [InlineData("02:42:ac:11:00:02", "02:42:ac:11:00:02")]
    [InlineData("02-42-AC-11-00-02", "02:42:ac:11:00:02")]
    public void Parse_Valid_IsWrittenInLowerCaseWithColons(string text, string written) =>
        MacAddress.Parse(text).ToString().ShouldBe(written);

    [Theory]
    [InlineData("")]
    [InlineData("02:42:ac:11:00")]
    [InlineData("02:42:ac:11:00:0g")]
    [InlineData("02.42.ac.11.00.02")]
    [InlineData("+2:42:ac:11:00:02")]
    public void TryParse_Invalid_IsFalse(string text) => MacAddress.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Random_Always_IsLocalUnicast()
    {
        for (var i = 0; i < 100; i++)
        {
            var address = MacAddress.Random();
            address.IsLocallyAdministered.ShouldBeTrue();
            address.IsMulticast.ShouldBeFalse();
            new MacAddress(address.ToArray()).ShouldBe(address);
        }
    }
}
