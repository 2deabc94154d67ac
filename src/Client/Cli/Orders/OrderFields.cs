using System.CommandLine;

namespace ServiceOrdering.Cli.Orders;

/// <summary>The option that chooses what of an order is shown.</summary>
internal static class OrderFields
{
    public static Option<string> Option() => new("--fields")
    {
        Description = "Attributes to show, commas between, dots into nested ones: state,note.text. The id is always shown.",
        HelpName = "NAMES",
    };
}
