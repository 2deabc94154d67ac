using System.CommandLine;

namespace ServiceOrdering.Cli;

/// <summary>The option that names a file to send.</summary>
internal static class InputFile
{
    public static Option<string> Option(string description) => new("--file", "-f")
    {
        Description = $"{description}; - reads standard input.",
        HelpName = "FILE",
        Required = true,
    };

    /// <summary>The file as a message may call it.</summary>
    public static string NameOf(string file) => file == "-" ? "standard input" : file;

    public static async Task<byte[]> ReadAsync(string file, CancellationToken cancellationToken)
    {
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
