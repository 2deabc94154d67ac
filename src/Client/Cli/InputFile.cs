using System.CommandLine;

namespace ServiceOrdering.Cli;

/// <summary>The file that a command sends: read from disk or from standard input.</summary>
internal sealed class InputFile(string description, bool isRequired = true)
{
    public Option<string> Option { get; } = new("--file", "-f")
    {
        Description = $"{description}; - reads standard input.",
        HelpName = "FILE",
        Required = isRequired,
    };

    /// <summary>What messages call the file.</summary>
    public string Name(ParseResult arguments) =>
        arguments.GetRequiredValue(Option) is var file && file == "-" ? "standard input" : file;

    public async Task<byte[]> ReadAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var file = arguments.GetRequiredValue(Option);
        if (file != "-")
        {
            return await File.ReadAllBytesAsync(file, cancellationToken);
        }

        using var bytes = new MemoryStream();
        await using var input = Console.OpenStandardInput();
        await input.CopyToAsync(bytes, cancellationToken);
        return bytes.ToArray();
    }
}
