using System.Text.Json.Nodes;

namespace ServiceOrdering.Patch;

/// <summary>A patch that was read and found well-formed. Immutable; safe to apply from several threads.</summary>
public abstract class PatchDocument
{
    private protected PatchDocument(string format, PatchLimits limits) => (Format, Limits) = (format, limits);

    /// <summary>The media type that the patch is of: one of <see cref="PatchFormats.All"/>.</summary>
    public string Format { get; }

    private protected PatchLimits Limits { get; }

    /// <summary>Reads a patch.</summary>
    /// <param name="utf8">The body.</param>
    /// <param name="contentType">Its media type; parameters such as a charset are passed over.</param>
    /// <param name="limits">What the patch may cost. Default: <see cref="PatchLimits.Default"/>.</param>
    /// <exception cref="PatchException">
    /// Unsupported, where the media type is none of <see cref="PatchFormats.All"/>; otherwise all that is wrong at once:
    /// Malformed, TooLarge, and Unsupported for a path of a form that is not served.
    /// </exception>
    public static PatchDocument Parse(ReadOnlyMemory<byte> utf8, string? contentType, PatchLimits? limits = null)
    {
        limits ??= PatchLimits.Default;
        return PatchFormats.Find(contentType) switch
        {
            PatchFormats.JsonPatch => JsonPatchDocument.Read(utf8, PatchFormats.JsonPatch, limits),
            PatchFormats.JsonPatchQuery => JsonPatchDocument.Read(utf8, PatchFormats.JsonPatchQuery, limits),
            { } merge => MergePatchDocument.Read(utf8, merge, limits),
            null => throw new PatchException(
                PatchProblemKind.Unsupported,
                $"\"{contentType}\" is not a media type of a patch; allowed are {string.Join(", ", PatchFormats.All)}."),
        };
    }

    /// <summary>Makes the changed tree. The original stays as it is, and shares nothing with the result.</summary>
    /// <param name="original">The resource.</param>
    /// <param name="isArray">
    /// Tells for an attribute path (<c>serviceOrderItem.service.note</c>) whether the schema has an array there. A query
    /// patch that adds to an attribute which the resource does not have yet asks it; without it such an attribute
    /// becomes the added value itself.
    /// </param>
    /// <returns>The new tree; null is the JSON value null.</returns>
    /// <exception cref="PatchException">PathNotFound, TestFailed, NoMatch, TooLarge, Malformed or Unsupported.</exception>
    public abstract JsonNode? Apply(JsonNode? original, Func<string, bool>? isArray = null);
}
