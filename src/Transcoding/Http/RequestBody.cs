using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using ServiceOrdering.Transcoding.Errors;

namespace ServiceOrdering.Transcoding.Http;

/// <summary>The bytes of a request body, in a buffer that is recycled.</summary>
internal sealed class RequestBody : IDisposable
{
    private byte[] _buffer;
    private int _length;

    private RequestBody(int capacity) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    // What is announced need not come: room is made as the body comes in.
    private const int LargestFirstBuffer = 64 * 1024;

    /// <summary>Reads the body to its end.</summary>
    /// <exception cref="TranscodingException">The body is larger than the limit, came too slowly, or is no body by the rules of HTTP.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, long limit)
    {
        if (request.ContentLength > limit)
        {
            throw TooLarge(limit);
        }

        // The limit here is the one that counts, also where it is above the server's.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } serverLimit
            && serverLimit.MaxRequestBodySize < limit)
        {
            serverLimit.MaxRequestBodySize = limit;
        }

        var body = new RequestBody((int)Math.Clamp(request.ContentLength ?? 4096, 1, LargestFirstBuffer));
        try
        {
            while (true)
            {
                var result = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
                if (body._length + result.Buffer.Length > limit)
                {
                    request.BodyReader.AdvanceTo(result.Buffer.End);
                    throw TooLarge(limit);
                }

                body.Append(result.Buffer);
                request.BodyReader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return body;
                }
            }
        }
        catch (IOException e)
        {
            // Not every refusal of Kestrel's has a status: a chunk size that overflows has none.
            body.Dispose();
            var status = (e as BadHttpRequestException)?.StatusCode;
            throw status == StatusCodes.Status413PayloadTooLarge ? TooLarge(limit)
                : status == StatusCodes.Status408RequestTimeout ? new TranscodingException(TranscodingFailure.RequestTimeout, "The body came too slowly.")
                : new TranscodingException(TranscodingFailure.BodyMalformed, "The body could not be read: " + e.Message);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Whether there is none: then its media type does not matter.</summary>
    public static bool IsNone(HttpRequest request) =>
        request.ContentLength is 0 || request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false };

    /// <summary>
    /// Whether the media type is JSON in UTF-8. A body without one is not taken for it: a browser sends such a body for any page,
    /// without asking first.
    /// </summary>
    public static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var media)
            && (media.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || (media.Type.Equals("application", StringComparison.OrdinalIgnoreCase) && media.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)))
            && (media.Charset.Length == 0 || HeaderUtilities.RemoveQuotes(media.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private static TranscodingException TooLarge(long limit) =>
        new(TranscodingFailure.RequestTooLarge, $"The body is larger than {limit} bytes.");

    private void Append(ReadOnlySequence<byte> bytes)
    {
        var length = _length + (int)bytes.Length;
        if (length > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, _buffer.Length * 2));
            Bytes.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        bytes.CopyTo(_buffer.AsSpan(_length));
        _length = length;
    }
}
