using System.Buffers;
using Google.Api;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using ServiceOrdering.Json;

namespace ServiceOrdering.Transcoding.Http;

/// <summary>Makes an HTTP response of a response message: status, headers and body.</summary>
internal sealed class ResponseWriter(HttpRoute route)
{
    public const string JsonType = "application/json; charset=utf-8";

    // A list beyond this goes out while it is being written; what is smaller has a Content-Length.
    private const int FlushThreshold = 64 * 1024;

    /// <summary>Answers. A body that is text already, or a list of texts, goes out in place of what the message would be written as.</summary>
    public async Task WriteAsync(HttpContext context, IMessage request, IMessage message, RecycledBuffer? writtenBody = null, ElementTexts? elements = null)
    {
        var response = context.Response;
        response.StatusCode = route.SuccessStatus;
        foreach (var header in route.ResponseHeaders)
        {
            if (header.ValueIn(message) is { Length: > 0 } value)
            {
                response.Headers[header.Name] = HeaderText.Escape(value);
            }
        }

        if (route.Page is { } page)
        {
            PageHeaders.Write(context, page, request, message, elements?.Count ?? route.ResponseBody!.Count(message));
        }

        if (IsUnchanged(context))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
        }
        else if (response.StatusCode != StatusCodes.Status204NoContent)
        {
            if (writtenBody is not null)
            {
                context.Response.ContentType = JsonType;
                await SendAsync(context, writtenBody.Written);
            }
            else
            {
                await WriteBodyAsync(context, message, elements);
            }
        }
    }

    private async Task WriteBodyAsync(HttpContext context, IMessage message, ElementTexts? elements)
    {
        var body = !route.AnswersWithMessage ? null : route.ResponseBody is { } field ? field.Child(message) : message;
        if (body is HttpBody raw)
        {
            context.Response.ContentType = raw.ContentType.Length > 0 ? raw.ContentType : "application/octet-stream";
            await SendAsync(context, raw.Data.Memory);
            return;
        }

        context.Response.ContentType = JsonType;
        using var buffer = new RecycledBuffer();
        if (elements is { Next: not null } && HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        if (elements is not null)
        {
            await WriteTextsAsync(context, elements, buffer);
        }
        else if (body is not null)
        {
            JsonFormat.Write(body, buffer);
        }
        else if (route.ResponseBody!.Descriptor is { IsRepeated: true, IsMap: false })
        {
            await WriteListAsync(context, message, buffer);
        }
        else
        {
            var writer = JsonFormat.Rent(buffer);
            route.ResponseBody.WriteValue(writer, message);
            JsonFormat.Return(writer);
        }

        await SendAsync(context, buffer.Written);
    }

    private async Task WriteListAsync(HttpContext context, IMessage message, RecycledBuffer buffer)
    {
        var list = route.ResponseBody!;
        var count = list.Count(message);
        var writer = JsonFormat.Rent(buffer);
        writer.WriteStartArray();
        for (var i = 0; i < count; i++)
        {
            list.WriteElement(writer, message, i);
            if (writer.BytesPending + buffer.Length > FlushThreshold)
            {
                writer.Flush();
                await SendPieceAsync(context, buffer);
            }
        }

        writer.WriteEndArray();
        JsonFormat.Return(writer);
    }

    private static async Task WriteTextsAsync(HttpContext context, ElementTexts elements, RecycledBuffer buffer)
    {
        buffer.Write("["u8);
        var isFirst = true;
        for (var part = elements; part is not null; part = await NextAsync(context, part, buffer))
        {
            for (var i = 0; i < part.Count; i++)
            {
                if (!isFirst)
                {
                    buffer.Write(","u8);
                }

                isFirst = false;
                part.Write(i, buffer);
                if (buffer.Length > FlushThreshold)
                {
                    await SendPieceAsync(context, buffer);
                }
            }
        }

        buffer.Write("]"u8);
    }

    // What is written has gone out before more is read.
    private static async ValueTask<ElementTexts?> NextAsync(HttpContext context, ElementTexts part, RecycledBuffer buffer)
    {
        if (part.Next is not { } next)
        {
            return null;
        }

        await SendPieceAsync(context, buffer);
        return await next(context.RequestAborted);
    }

    // What has no body has a length: all of it stays.
    private static async Task SendPieceAsync(HttpContext context, RecycledBuffer buffer)
    {
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.BodyWriter.WriteAsync(buffer.Written, context.RequestAborted);
            buffer.Clear();
        }
    }

    private static async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentLength = body.Length;
        }

        if (!HttpMethods.IsHead(context.Request.Method))
        {
            // Without a token, which would cost each request a source of its own: nothing comes after this.
            await context.Response.BodyWriter.WriteAsync(body, CancellationToken.None);
        }
    }

    private static bool IsUnchanged(HttpContext context)
    {
        var isRead = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (!isRead)
        {
            return false;
        }

        if (context.Request.Headers.IfNoneMatch is { Count: > 0 } tags)
        {
            return context.Response.Headers.ETag is { Count: > 0 } etag
                && EntityTagHeaderValue.TryParse(etag.ToString(), out var current)
                && EntityTagHeaderValue.TryParseList(tags, out var known)
                && known.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(current, useStrongComparison: false));
        }

        return HeaderUtilities.TryParseDate(context.Request.Headers.IfModifiedSince.ToString(), out var since)
            && HeaderUtilities.TryParseDate(context.Response.Headers.LastModified.ToString(), out var changed)
            && changed <= since;
    }
}
