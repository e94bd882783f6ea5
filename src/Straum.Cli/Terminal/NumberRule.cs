using System.CommandLine;
using System.Globalization;

namespace Straum.Cli.Terminal;

/// <summary>What the number of an option may be, refused as wrong usage: <c>--nodes 99: a lab has 1 to 16 nodes</c>.</summary>
internal static class NumberRule
{
    /// <param name="option">Takes numbers; what is not a number at all is refused by the parser itself.</param>
    /// <param name="isRight">Of each number that is given.</param>
    /// <param name="rule">What is right, in words that follow the number.</param>
    public static void Require(this Option option, Predicate<double> isRight, string rule) => option.Validators.Add(result =>
    {
        foreach (var token in result.Tokens)
        {
            if (double.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) && !isRight(number))
            {
                result.AddError($"{option.Name} {token.Value}: {rule}");
            }
        }
    });
}
