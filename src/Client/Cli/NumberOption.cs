using System.CommandLine;

namespace ServiceOrdering.Cli;

/// <summary>Options that take a whole number.</summary>
internal static class NumberOption
{
    public static Option<int?> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, out var number))
            {
                return number;
            }

            result.AddError($"{name} takes a whole number, not '{result.Tokens[0].Value}'.");
            return null;
        },
    };
}
