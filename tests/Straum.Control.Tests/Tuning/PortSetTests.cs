namespace Straum.Control.Tuning;

public sealed class PortSetTests
{
    [Theory]
    [InlineData("", "", "")]
    [InlineData("49152-65535", "30000-32767", "30000-32767,49152-65535")]
    [InlineData("1-3,5", "4", "1-5")]
    [InlineData("", "10248-10259,30000-32767", "10248-10259,30000-32767")]
    [InlineData("65535", "0", "0,65535")]
    public void Union_OfTwo_IsInTheKernelsForm(string first, string second, string union) => PortSet.Union(first, second).ShouldBe(union);

    [Fact]
    public void Except_OfAPart_LeavesTheRest() => PortSet.Except("30000-32767,49152-65535", "30000-32767").ShouldBe("49152-65535");

    [Fact]
    public void Contains_PartOfARange_IsTrue()
    {
        PortSet.Contains("30000-40000", "30001,32767-32768").ShouldBeTrue();
        PortSet.Contains("30000-40000", "29999").ShouldBeFalse();
    }

    [Theory]
    [InlineData("a")]
    [InlineData("5-3")]
    [InlineData("70000")]
    public void Union_OfWhatIsNoList_Throws(string text) => Should.Throw<FormatException>(() => PortSet.Union(text, "1"));
}
