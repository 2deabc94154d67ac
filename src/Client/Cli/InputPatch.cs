using System.CommandLine;
using Google.Api;
using Google.Protobuf;

namespace ServiceOrdering.Cli;

/// <summary>The patch that a command sends, and how it is read.</summary>
internal sealed class InputPatch
{
    /// <summary>The media type of a patch that says what a resource is to become.</summary>
    public const string Merge = "application/merge-patch+json";

    /// <summary>The media type of a patch that is a list of operations.</summary>
    public const string Operations = "application/json-patch+json";

    /// <summary>The media type of operations that find elements by what these hold.</summary>
    public const string Query = "application/json-patch-query+json";

    private readonly InputFile _file = new("JSON file with the patch, exactly as the REST API takes it");
    private readonly Option<string> _contentType = new Option<string>("--content-type")
    {
        Description = $"Media type of the patch. Default: {Merge} for an object, {Operations} for an array.",
        HelpName = "TYPE",
    }.AcceptOnlyFromAmong(Merge, "application/json", Operations, Query);

    public void AddTo(Command command)
    {
        command.Add(_file.Option);
        command.Add(_contentType);
    }

    public async Task<HttpBody> ReadAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var patch = await _file.ReadAsync(arguments, cancellationToken);
        return new HttpBody { ContentType = arguments.GetValue(_contentType) ?? TypeOf(patch), Data = ByteString.CopyFrom(patch) };
    }

    private static string TypeOf(ReadOnlySpan<byte> patch) => patch.TrimStart(" \t\r\n\uFEFF"u8).StartsWith("["u8) ? Operations : Merge;
}
