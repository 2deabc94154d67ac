using System.CommandLine;

namespace ServiceOrdering.Server.Admin;

/// <summary>The file that a command is about. Behind '--' come settings: the first of them is no file.</summary>
internal sealed class FileArgument : Argument<string>
{
    public FileArgument(string description)
        : base("file")
    {
        Description = description;
        Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var value }] && value.StartsWith("--", StringComparison.Ordinal))
                result.AddError("Required argument 'file' missing: it comes before '--'.");
        });
    }
}
