using System.Text;
using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using Tmf.Rest.V1;

namespace ServiceOrdering.Json;

/// <summary>JSON Pointers (RFC 6901) of fields that are named by their paths in proto names.</summary>
public static partial class FieldPointer
{
    /// <summary>The place of a field in the message's JSON: <c>note[0].text</c> is <c>/note/0/text</c>.</summary>
    /// <param name="message">The message that the path starts from; null where names stand in JSON as they are.</param>
    /// <param name="path">Names with dots between, and indexes or quoted keys in brackets.</param>
    public static string Of(MessageDescriptor? message, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var pointer = new StringBuilder();
        foreach (Match step in Steps().Matches(path))
        {
            var isSubscript = step.Groups["subscript"].Success;
            var name = isSubscript ? step.Groups["subscript"].Value : step.Value;
            if (!isSubscript && message?.FindFieldByName(name) is { } field)
            {
                // Extension members stand beside the known ones.
                var areExtensions = field.GetOptions()?.GetExtension(RestExtensions.Extensions) ?? false;
                message = Target(field, areExtensions);
                if (areExtensions)
                    continue;
                name = FieldPlan.NameInJson(field);
            }
            pointer.Append('/').Append(JsonPlaces.Escape(name));
        }
        return pointer.ToString();
    }

    // A name, or an index or quoted key in brackets.
    [GeneratedRegex("""\[(?:(?<subscript>\d+)|"(?<subscript>[^"]*)")\]|[^.\[\]]+""")]
    private static partial Regex Steps();

    // Inside JSON of any shape, names are what the sender made them.
    private static MessageDescriptor? Target(FieldDescriptor field, bool areExtensions) =>
        areExtensions || FieldPlan.MessageIn(field) is not { File.Name: not "google/protobuf/struct.proto" } message ? null : message;
}
