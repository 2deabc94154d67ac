using System.Buffers;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using ServiceOrdering.Json;

namespace ServiceOrdering.Cli.Transfer;

/// <summary>How far an export has come.</summary>
/// <param name="Server">Where from.</param>
/// <param name="Kind">What.</param>
/// <param name="Filter">Which.</param>
/// <param name="Token">Gives the next page.</param>
/// <param name="Bytes">How much of the file is written for good.</param>
/// <param name="Count">How many lines that is.</param>
/// <param name="Total">How many there were in all at the start; 0 where nobody knows.</param>
internal sealed record ExportState(string Server, string Kind, string Filter, string Token, long Bytes, long Count, long Total);

/// <summary>
/// Where an export goes: the output, or a file. A file is written under another name until it is complete, with a note of how far it
/// is beside it; an export that was broken off goes on there.
/// </summary>
internal sealed class ExportFile : IAsyncDisposable
{
    private readonly Screen _screen;
    private readonly string? _path;
    private readonly FileStream? _file;
    private readonly ArrayBufferWriter<byte> _page = new();

    private ExportFile(Screen screen, string? path, FileStream? file, ExportState state) => (_screen, _path, _file, State) = (screen, path, file, state);

    public ExportState State { get; private set; }

    /// <summary>The name of a file that is not complete.</summary>
    public static string Partial(string path) => $"{path}.partial";

    /// <summary>Opens it: where an export of the same was broken off, after what that has written.</summary>
    /// <param name="screen">The output.</param>
    /// <param name="path">The file; - for the output.</param>
    /// <param name="begin">What is exported.</param>
    public static ExportFile Open(Screen screen, string path, ExportState begin)
    {
        if (path == "-")
        {
            return new ExportFile(screen, null, null, begin);
        }

        var state = Read(Note(path)) is { } note && note with { Token = "", Bytes = 0, Count = 0, Total = 0 } == begin && File.Exists(Partial(path)) ? note : begin;
        var file = new FileStream(Partial(path), FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        if (file.Length < state.Bytes)
        {
            state = begin;
        }

        // What came after the note is written again.
        file.SetLength(state.Bytes);
        file.Seek(0, SeekOrigin.End);
        return new ExportFile(screen, path, file, state);
    }

    public void Add(IMessage resource)
    {
        JsonFormat.Write(resource, _page);
        _page.Write("\n"u8);
    }

    /// <summary>Writes what was added, and notes that it need not be written again.</summary>
    public async Task CommitAsync(string nextToken, int count, long? total)
    {
        State = State with { Token = nextToken, Count = State.Count + count, Total = total ?? State.Total };
        if (_file is null)
        {
            await _screen.WriteAsync(Encoding.UTF8.GetString(_page.WrittenSpan).AsMemory());
        }
        else
        {
            await _file.WriteAsync(_page.WrittenMemory);
        }

        _page.ResetWrittenCount();
        if (_file is not null && nextToken.Length > 0)
        {
            await _file.FlushAsync();
            State = State with { Bytes = _file.Length };
            var note = Note(_path!);
            await File.WriteAllBytesAsync($"{note}.new", JsonSerializer.SerializeToUtf8Bytes(State));
            File.Move($"{note}.new", note, overwrite: true);
        }
    }

    /// <summary>Gives the file its name.</summary>
    public async Task CompleteAsync()
    {
        if (_file is not null)
        {
            await _file.DisposeAsync();
            File.Move(Partial(_path!), _path!, overwrite: true);
            File.Delete(Note(_path!));
        }
    }

    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static string Note(string path) => $"{path}.partial.json";

    private static ExportState? Read(string note)
    {
        try
        {
            return File.Exists(note) ? JsonSerializer.Deserialize<ExportState>(File.ReadAllBytes(note)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
