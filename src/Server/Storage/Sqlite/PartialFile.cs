namespace ServiceOrdering.Server.Storage.Sqlite;

/// <summary>
/// A file that comes into being: beside its place, for its owner's eyes only, and in it when it is complete. Whoever is killed
/// meanwhile leaves what the next one writes over.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private readonly string _place;
    private readonly FileStream _file;
    private bool _isInPlace;

    /// <param name="place">Where it is going to be.</param>
    /// <exception cref="DatabaseUnusableException">It cannot be written there, or another process does.</exception>
    public PartialFile(string place)
    {
        _place = place;
        Path = place + ".partial";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            _file = new FileStream(Path, options);
            // What a killed one has left of its journal would be taken for this one's.
            foreach (var rest in Beside(Path))
                File.Delete(rest);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(_file.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatabaseUnusableException($"The file {Path} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Where it is meanwhile.</summary>
    public string Path { get; }

    /// <summary>What SQLite keeps beside a file that is in use, or that was not closed.</summary>
    public static IEnumerable<string> Beside(string path) => new[] { "-wal", "-shm", "-journal" }.Select(end => path + end);

    /// <summary>It is complete: it goes to the disk, and gets its name.</summary>
    /// <param name="overwrite">Whether it takes the place of what is there.</param>
    /// <exception cref="DatabaseUnusableException">It cannot be put there, or something is.</exception>
    public void PutInPlace(bool overwrite)
    {
        try
        {
            _file.Flush(flushToDisk: true);
            File.Move(Path, _place, overwrite);
            _isInPlace = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatabaseUnusableException($"The file {_place} cannot be put in its place: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        if (!_isInPlace)
        {
            foreach (var file in Beside(Path).Prepend(Path))
                File.Delete(file);
        }
        _file.Dispose();
    }
}
