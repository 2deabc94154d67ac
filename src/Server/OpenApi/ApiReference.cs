using System.Text;
using Google.Api;
using Google.Protobuf.Reflection;
using ServiceOrdering.Security.V1;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace ServiceOrdering.Server.OpenApi;

/// <summary>Tells of each service what it does, method by method, and of each message what it is: what the contract's comments say.</summary>
internal sealed class ApiReference
{
    private const string Head =
        """
        # API

        Made by `ServiceOrdering.Server admin api` from the comments of the contract (`protos/`): change it there. Every method is served over gRPC, and
        where it has a route, over HTTP as JSON. The scope is what a caller needs ([security.md](security.md)); what is refused, and with which status, stands in
        [errors.md](errors.md). Fields, types and examples are in the OpenAPI documents (`/docs` of a running server, [openapi.md](openapi.md)) and in the protos.

        """;

    private readonly Comments _comments = new();

    /// <summary>All of it, as Markdown.</summary>
    public string Write()
    {
        var services = DocumentedApi.All.SelectMany(api => api.Services).Distinct().ToList();
        var output = new StringBuilder(Head.ReplaceLineEndings("\n"));
        foreach (var service in services)
            Write(output, service);
        output.Append("\n## Messages\n\nWhat the methods take and give, but for requests and answers themselves, by package.\n");
        foreach (var package in MessagesOf(services).GroupBy(message => message.File.Package).OrderBy(package => package.Key, StringComparer.Ordinal))
        {
            output.Append("\n### ").Append(package.Key).Append("\n\n| message | what it is |\n|---|---|\n");
            foreach (var message in package.OrderBy(message => message.Name, StringComparer.Ordinal))
                output.Append("| `").Append(message.Name).Append("` | ").Append(Cell(Comments.Summary(_comments.Of(message)))).Append(" |\n");
        }
        return output.ToString();
    }

    private void Write(StringBuilder output, ServiceDescriptor service)
    {
        output.Append("\n## ").Append(service.FullName).Append("\n\n").Append(_comments.Of(service)).Append("\n\n| method | over HTTP | scope | what it does |\n|---|---|---|---|\n");
        foreach (var method in service.Methods)
        {
            var stream = (method.IsClientStreaming, method.IsServerStreaming) switch
            {
                (true, true) => " (streams both ways)",
                (false, true) => " (stream)",
                _ => "",
            };
            output.Append("| `").Append(method.Name).Append('`').Append(stream).Append(" | ").Append(string.Join("<br>", RoutesOf(method))).Append(" | ").Append(ScopeOf(method)).Append(" | ")
                .Append(Cell(_comments.Of(method))).Append(" |\n");
        }
    }

    private static IEnumerable<string> RoutesOf(MethodDescriptor method) => method.GetOptions()?.GetExtension(AnnotationsExtensions.Http) is { } first
        ? first.AdditionalBindings.Prepend(first).Select(DocumentedApi.RouteOf).Select(route => $"`{route.Verb} {route.Path}`")
        : [];

    private static string ScopeOf(MethodDescriptor method) => method.GetOptions()?.GetExtension(AccessExtensions.Access)?.Scope is { Length: > 0 } scope ? $"`{scope}`" : "";

    // What a method's own messages hold, at whatever depth; those themselves are told with it.
    private static List<MessageDescriptor> MessagesOf(IEnumerable<ServiceDescriptor> services)
    {
        var found = new HashSet<MessageDescriptor>();
        var own = services.SelectMany(service => service.Methods).SelectMany(method => new[] { method.InputType, method.OutputType }).ToHashSet();
        foreach (var message in own)
            AddFieldsOf(message);
        return [.. found.Where(message => !own.Contains(message) && !message.File.Package.StartsWith("google.", StringComparison.Ordinal) && !message.IsMapEntry)];

        void AddFieldsOf(MessageDescriptor message)
        {
            foreach (var field in message.Fields.InDeclarationOrder().Where(field => field.FieldType == FieldType.Message))
            {
                if (found.Add(field.MessageType))
                    AddFieldsOf(field.MessageType);
            }
        }
    }

    private static string Cell(string text) => text.ReplaceLineEndings("\n").Replace("\n\n", "<br>", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);
}
