using System.CommandLine;
using ServiceOrdering.Server.OpenApi;

namespace ServiceOrdering.Server.Admin;

/// <summary>Writes the documents of OpenAPI into a folder.</summary>
internal sealed class OpenApiCommand : Command
{
    private readonly Argument<string> _folder = new("folder") { Description = "Where a file for each API is written: 'docs/openapi'. It is made where there is none." };

    public OpenApiCommand()
        : base("openapi", "Write the OpenAPI documents of all APIs, as the server would serve them with its configuration.")
    {
        Add(_folder);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(arguments.GetRequiredValue(_folder));
        // Nothing is mapped or started: no database is opened.
        await using var application = Application.Describe([]).Build();
        var documents = application.Services.GetRequiredService<OpenApiDocuments>();
        foreach (var api in DocumentedApi.All)
        {
            var path = Path.Combine(folder.FullName, $"{api.Name}.json");
            await File.WriteAllBytesAsync(path, (await documents.FindAsync(api.Name))!.Json, cancellationToken);
            Console.WriteLine(path);
        }
        return AdminCommands.Done;
    }
}
