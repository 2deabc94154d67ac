using System.Buffers;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using ServiceOrdering.Json;
using ServiceOrdering.Transcoding.Http;

namespace ServiceOrdering.Transcoding.Streams;

/// <summary>How the responses of a server stream stand in an HTTP body.</summary>
internal abstract class StreamForm
{
    public abstract string ContentType { get; }

    /// <summary>What comes before everything else.</summary>
    public virtual ReadOnlyMemory<byte> Opening => default;

    /// <summary>What a reader skips.</summary>
    public abstract ReadOnlyMemory<byte> Heartbeat { get; }

    public abstract void Write(IMessage response, IBufferWriter<byte> output);

    public abstract void WriteError(Action<IBufferWriter<byte>> writeBody, IBufferWriter<byte> output);
}

/// <summary>The forms of one route.</summary>
internal sealed class StreamForms(StreamFields fields)
{
    private readonly StreamForm _lines = new LineForm();
    private readonly StreamForm _events = new EventForm(fields);

    /// <summary>Server-Sent Events where the request asks for them before anything else; else lines.</summary>
    public StreamForm For(HttpRequest request)
    {
        var wanted = MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
            ? accepted.Where(type => type.Quality is not 0).OrderByDescending(type => type.Quality ?? 1)
                .FirstOrDefault(type => type.MediaType == EventForm.MediaType || type.MediaType == LineForm.MediaType)
            : null;
        return wanted?.MediaType == EventForm.MediaType ? _events : _lines;
    }
}

/// <summary>Newline-delimited JSON: one response in each line. Empty lines mean nothing; an error is the last line.</summary>
internal sealed class LineForm : StreamForm
{
    public const string MediaType = "application/x-ndjson";

    public override string ContentType => MediaType;

    public override ReadOnlyMemory<byte> Heartbeat { get; } = "\n"u8.ToArray();

    public override void Write(IMessage response, IBufferWriter<byte> output)
    {
        JsonFormat.Write(response, output);
        output.Write("\n"u8);
    }

    public override void WriteError(Action<IBufferWriter<byte>> writeBody, IBufferWriter<byte> output)
    {
        output.Write("{\"error\":"u8);
        writeBody(output);
        output.Write("}\n"u8);
    }
}

/// <summary>Server-Sent Events, as the HTML standard has them.</summary>
internal sealed class EventForm(StreamFields fields) : StreamForm
{
    public const string MediaType = "text/event-stream";

    public override string ContentType => MediaType;

    /// <summary>How long browsers wait before they come back: a second, in place of their own three to five.</summary>
    public override ReadOnlyMemory<byte> Opening { get; } = "retry: 1000\n\n"u8.ToArray();

    public override ReadOnlyMemory<byte> Heartbeat { get; } = ":\n\n"u8.ToArray();

    public override void Write(IMessage response, IBufferWriter<byte> output)
    {
        if (fields.Id?.Text(response) is { Length: > 0 } id)
        {
            Line("id: "u8, id, output);
        }

        if (fields.Data is null)
        {
            WriteData(response, output);
        }
        else if (Member(fields.Data, response) is { Descriptor.Fields: var members } data && members.InDeclarationOrder().Count > 0)
        {
            Line("event: "u8, Innermost(data).Descriptor.Name, output);
            WriteData(data, output);
        }

        output.Write("\n"u8);
    }

    public override void WriteError(Action<IBufferWriter<byte>> writeBody, IBufferWriter<byte> output)
    {
        output.Write("event: error\ndata: "u8);
        writeBody(output);
        output.Write("\n\n"u8);
    }

    // JSON has no line breaks of its own here: those in texts are escaped.
    private static void WriteData(IMessage data, IBufferWriter<byte> output)
    {
        output.Write("data: "u8);
        JsonFormat.Write(data, output);
        output.Write("\n"u8);
    }

    private static void Line(ReadOnlySpan<byte> name, string value, IBufferWriter<byte> output)
    {
        output.Write(name);
        Encoding.UTF8.GetBytes(value.ReplaceLineEndings(" "), output);
        output.Write("\n"u8);
    }

    private static IMessage Innermost(IMessage message) =>
        MessagePlan.Of(message.Descriptor).IsOneMember && Member(message.Descriptor.Oneofs[0], message) is { } inner ? inner : message;

    private static IMessage? Member(OneofDescriptor oneof, IMessage message) =>
        oneof.Accessor.GetCaseFieldDescriptor(message) is { FieldType: FieldType.Message } member ? (IMessage)member.Accessor.GetValue(message) : null;
}
