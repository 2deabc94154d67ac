using System.Text.RegularExpressions;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ServiceOrdering.Server.OpenApi;

/// <summary>
/// The comments of the contract. The descriptors of generated code have none, so the build has the protos described once more, with
/// what stands in them for people, and the server brings that along.
/// </summary>
internal sealed partial class Comments
{
    private const string Resource = "contract.binpb";

    private readonly Dictionary<string, string> _byName = [];
    private readonly HashSet<string> _fields = [];

    public Comments()
    {
        using var stream = typeof(Comments).Assembly.GetManifestResourceStream(Resource)!;
        var set = FileDescriptorSet.Parser.ParseFrom(stream);
        foreach (var file in FileDescriptor.BuildFromByteStrings(set.File.Select(file => file.ToByteString())))
        {
            foreach (var message in file.MessageTypes)
                Add(message);
            foreach (var type in file.EnumTypes)
                Add(type);
            foreach (var service in file.Services)
            {
                Add(service, service.Declaration);
                foreach (var method in service.Methods)
                    Add(method, method.Declaration);
            }
        }
    }

    /// <summary>What stands before the declaration, as paragraphs with a blank line between; empty where there is nothing.</summary>
    public string Of(IDescriptor declared) => _byName.GetValueOrDefault(declared.FullName, "");

    /// <summary>
    /// The same in the terms of JSON over HTTP: fields by their names there, and what is said elsewhere ("see GetJobRequest.fields") in its
    /// place.
    /// </summary>
    /// <param name="declared">What was declared.</param>
    /// <param name="headers">Headers that stand for fields of the request.</param>
    public string InJson(IDescriptor declared, IReadOnlyDictionary<string, string>? headers = null)
    {
        var text = Reference().Replace(WithoutGrpc(Of(declared)), reference =>
        {
            var package = declared.File.Package;
            return Find(package, reference.Groups["name"].Value) is { Length: > 0 } said
                ? $". {said.Split("Default:")[0].Trim().TrimEnd('.')}"
                : reference.Value;
        });
        return ProtoName().Replace(text, name => headers?.GetValueOrDefault(name.Value) ?? (_fields.Contains(name.Value) ? Lower(name.Value) : name.Value));
    }

    /// <summary>The first sentence, without its end.</summary>
    public static string Summary(string text)
    {
        var paragraph = text.Split("\n\n")[0];
        var end = SentenceEnd().Match(paragraph);
        return (end.Success ? paragraph[..end.Index] : paragraph).TrimEnd('.');
    }

    private string Find(string package, string name) =>
        _byName.GetValueOrDefault(name) ?? _byName.GetValueOrDefault($"{package}.{name}") ?? "";

    private void Add(MessageDescriptor message)
    {
        Add(message, message.Declaration);
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            _fields.Add(field.Name);
            Add(field, field.Declaration);
        }
        foreach (var nested in message.NestedTypes)
            Add(nested);
        foreach (var type in message.EnumTypes)
            Add(type);
    }

    private void Add(EnumDescriptor type)
    {
        Add(type, type.Declaration);
        foreach (var value in type.Values)
            Add(value, value.Declaration);
    }

    private void Add(IDescriptor declared, DescriptorDeclaration? declaration)
    {
        if (declaration?.LeadingComments is { Length: > 0 } comment)
            _byName[declared.FullName] = Paragraphs(comment);
    }

    // What gRPC alone has is of no use there.
    private static string WithoutGrpc(string text) =>
        string.Join("\n\n", text.Split("\n\n").Where(paragraph => !paragraph.Contains("google.rpc.", StringComparison.Ordinal)));

    // Where a line ends is for the eyes of who reads the proto.
    private static string Paragraphs(string comment) => string.Join("\n\n", comment
        .ReplaceLineEndings("\n")
        .Split("\n\n")
        .Select(paragraph => string.Join(' ', paragraph.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        .Where(paragraph => paragraph.Length > 0));

    private static string Lower(string name) => Word().Replace(name, letter => letter.Groups[1].Value.ToUpperInvariant());

    [GeneratedRegex(@"; see (?<name>[\w.]+\.\w+)")]
    private static partial Regex Reference();

    [GeneratedRegex(@"\b[a-z]+(?:_[a-z0-9]+)+\b")]
    private static partial Regex ProtoName();

    [GeneratedRegex("_([a-z0-9])")]
    private static partial Regex Word();

    [GeneratedRegex(@"[.:](?=\s)")]
    private static partial Regex SentenceEnd();
}
