using Grpc.Core;
using Microsoft.AspNetCore.Http;
using ServiceOrdering.Transcoding.Http;

namespace ServiceOrdering.Transcoding.Methods;

/// <summary>HTTP headers as gRPC metadata, and the reverse.</summary>
internal static class CallMetadata
{
    /// <summary>The headers that metadata has room for: names of a-z, 0-9, dot, dash and underscore; -bin values in base64.</summary>
    public static Metadata FromHeaders(IHeaderDictionary headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers)
        {
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
            {
                continue;
            }

            foreach (var value in values)
            {
                if (!name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase))
                {
                    metadata.Add(name.ToLowerInvariant(), value ?? "");
                }
                else if (Bytes(value ?? "") is { } bytes)
                {
                    metadata.Add(name.ToLowerInvariant(), bytes);
                }
            }
        }

        return metadata;
    }

    /// <summary>Adds the entries to the headers of a response.</summary>
    public static void ToHeaders(Metadata metadata, IHeaderDictionary headers)
    {
        foreach (var entry in metadata)
        {
            headers.Append(entry.Key, entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes) : HeaderText.Escape(entry.Value));
        }
    }

    private static byte[]? Bytes(string base64)
    {
        var bytes = new byte[base64.Length];
        var padded = base64.PadRight((base64.Length + 3) / 4 * 4, '=');
        return Convert.TryFromBase64String(padded, bytes, out var length) ? bytes[..length] : null;
    }
}
