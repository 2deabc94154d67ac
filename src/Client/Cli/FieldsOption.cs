using System.CommandLine;

namespace ServiceOrdering.Cli;

/// <summary>The option that chooses what of a resource is shown.</summary>
internal static class FieldsOption
{
    public static Option<string> Create() => new("--fields")
    {
        Description = "Attributes to show, commas between, dots into nested ones: state,note.text. The id is always shown.",
        HelpName = "NAMES",
    };
}
