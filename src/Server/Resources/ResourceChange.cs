using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Patch;
using ServiceOrdering.Server.Errors;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.Resources;

/// <summary>What a caller wants a resource to become, before anyone asks whether it may.</summary>
/// <param name="href">Where the caller finds the resource.</param>
internal abstract class ResourceChange<T>(string href)
    where T : class, IMessage<T>, new()
{
    protected static MessageDescriptor Descriptor { get; } = new T().Descriptor;

    /// <summary>A resource of the table as the caller has seen it: with its href.</summary>
    public T Seen(T stored)
    {
        var seen = stored.Clone();
        Descriptor.FindFieldByName("href").Accessor.SetValue(seen, href);
        return seen;
    }

    /// <summary>What the caller makes of the resource that it has seen: a new message.</summary>
    public abstract T Propose(T seen);

    /// <summary>Violations that name fields of the resource, as violations of the request.</summary>
    public IReadOnlyList<FieldViolation> Locate(IEnumerable<FieldViolation> violations) =>
        [.. violations.Select(violation => new FieldViolation(violation) { Field = Locate(violation.Field) })];

    /// <summary>The request's name for a field of the resource.</summary>
    protected abstract string Locate(string field);
}

/// <summary>A change by a patch document: HTTP's PATCH. Where it is strict, it brings no member that the standard does not know.</summary>
internal sealed class PatchChange<T> : ResourceChange<T>
    where T : class, IMessage<T>, new()
{
    private const string BodyField = "patch";
    private static readonly PatchLimits Limits = new() { Depth = JsonFormat.MaxDepth };
    private readonly PatchDocument _patch;
    private readonly bool _isStrict;

    public PatchChange(Google.Api.HttpBody? body, string href, bool isStrict)
        : base(href)
    {
        _isStrict = isStrict;
        if (body is null || body.Data.IsEmpty)
            throw ApiErrors.BodyMissing();
        var contentType = body.ContentType.Length == 0 ? PatchFormats.Json : body.ContentType;
        var format = PatchFormats.Find(contentType) ?? throw ApiErrors.MediaTypeNotSupported(contentType, PatchFormats.All);
        // A value stands in an operation, and that in the list.
        var depth = Limits.Depth + (format is PatchFormats.JsonPatch or PatchFormats.JsonPatchQuery ? 2 : 0);
        if (JsonFormat.FindMalformation(body.Data.Span, depth) is { } malformation)
            throw ApiErrors.RequestInvalid([Violation(BodyField + malformation.Place, ErrorReason.BodyMalformed, malformation.Message)]);
        try
        {
            var mark = body.Data.Span.StartsWith("\uFEFF"u8) ? 3 : 0;
            _patch = PatchDocument.Parse(body.Data.Memory[mark..], contentType, Limits);
        }
        catch (PatchException e)
        {
            throw Refusal(e);
        }
    }

    public override T Propose(T seen)
    {
        try
        {
            var tree = _patch.Apply(JsonNode.Parse(JsonFormat.ToUtf8Bytes(seen)), IsArray);
            var after = new T();
            var read = JsonFormat.Read(JsonSerializer.SerializeToUtf8Bytes(tree), after, JsonSource.Changed);
            if (read.Succeeded)
            {
                List<FieldViolation> violations = [.. CheckTexts(after), .. _isStrict ? UnknownMembers.Find(seen, after) : []];
                return violations.Count > 0 ? throw ApiErrors.RequestInvalid(Locate(violations)) : after;
            }
            // All that is left to be wrong with text of our own writing.
            if (read.Malformation is { } malformation)
            {
                throw ApiErrors.RequestInvalid([Violation(BodyField + malformation.Place, ErrorReason.FieldInvalid,
                    $"What becomes of the resource is nested deeper than the {JsonFormat.MaxDepth} levels that are allowed.")]);
            }
            throw ApiErrors.RequestInvalid([
                .. read.Violations.Select(violation => Violation(BodyField + violation.Place, ErrorReason.FieldInvalid, violation.Message)),
                .. Missing(after, seen, read)]);
        }
        catch (PatchException e)
        {
            throw Refusal(e);
        }
    }

    protected override string Locate(string field) => BodyField + FieldPointer.Of(Descriptor, field);

    // One answer names everything. What is inside a refused value was not read, and is not missing.
    private IEnumerable<FieldViolation> Missing(T after, T seen, JsonReadResult read) => read.MoreViolations > 0 ? [] : RequiredFields.Missing(after, seen)
        .Where(field => FieldPointer.Of(Descriptor, field) is var place && !read.Violations.Any(refused => place == refused.Place || place.StartsWith(refused.Place + "/", StringComparison.Ordinal)))
        .Select(field => Violation(Locate(field), ErrorReason.FieldMissing, "Is required."));

    private static Grpc.Core.RpcException Refusal(PatchException e) => ApiErrors.RequestInvalid([.. e.Problems.Select(problem =>
        Violation(BodyField + (problem.Path.StartsWith('/') ? problem.Path : ""), ReasonOf(problem.Kind), problem.Message))]);

    private static ErrorReason ReasonOf(PatchProblemKind kind) => kind switch
    {
        PatchProblemKind.PathNotFound or PatchProblemKind.TestFailed or PatchProblemKind.NoMatch => ErrorReason.PatchFailed,
        PatchProblemKind.TooLarge => ErrorReason.RequestTooLarge,
        _ => ErrorReason.BodyMalformed,
    };

    private static bool IsArray(string attribute)
    {
        FieldDescriptor? field = null;
        var message = Descriptor;
        foreach (var name in attribute.Split('.'))
        {
            field = message?.Fields.InDeclarationOrder().FirstOrDefault(candidate => candidate.JsonName == name);
            message = field?.FieldType == FieldType.Message ? field.MessageType : null;
        }
        return field?.IsRepeated == true;
    }
}

/// <summary>A change by a message and a mask of its first-level fields: gRPC's Update.</summary>
internal sealed class MaskChange<T> : ResourceChange<T>
    where T : class, IMessage<T>, new()
{
    private readonly T _source;
    private readonly string _sourceField;
    private readonly IReadOnlyList<FieldDescriptor> _fields;

    public MaskChange(string sourceField, T? source, FieldMask? mask, string href)
        : base(href)
    {
        if (source is null || Descriptor.FindFieldByName("id").Accessor.GetValue(source) is not string { Length: > 0 })
            throw ApiErrors.RequestInvalid([Violation($"{sourceField}.id", ErrorReason.FieldMissing, "Is required.")]);
        _source = source;
        _sourceField = sourceField;
        var paths = mask?.Paths ?? [];
        var unknown = paths.Where(path => Descriptor.FindFieldByName(path) is null).ToList();
        if (unknown.Count > 0)
        {
            throw ApiErrors.RequestInvalid([.. unknown.Select(path => Violation("update_mask", ErrorReason.FieldInvalid,
                $"'{path}' is no first-level field; allowed: {string.Join(", ", Descriptor.Fields.InDeclarationOrder().Select(field => field.Name))}."))]);
        }
        _fields = paths.Count > 0
            ? [.. paths.Select(Descriptor.FindFieldByName)]
            : [.. Descriptor.Fields.InDeclarationOrder().Where(field => Attributes.IsSet(field, source) && field.Name != "id")];
    }

    public override T Propose(T seen)
    {
        var after = seen.Clone();
        foreach (var field in _fields)
        {
            field.Accessor.Clear(after);
            if (field.IsRepeated)
            {
                var list = (IList)field.Accessor.GetValue(after);
                foreach (var element in (IList)field.Accessor.GetValue(_source))
                    list.Add(element);
            }
            else if (Attributes.IsSet(field, _source))
            {
                field.Accessor.SetValue(after, field.Accessor.GetValue(_source));
            }
        }
        return after.Clone();
    }

    protected override string Locate(string field) => $"{_sourceField}.{field}";
}
