namespace ServiceOrdering.Server.Storage.Sqlite;

/// <summary>
/// Holds the file: for its owner's eyes only, for one process that writes or any number that only read, and with a look at
/// whether it is still there. The lock is the operating system's and dies with the process.
/// </summary>
internal sealed class DatabaseFile : IDisposable
{
    private readonly string _path;
    private readonly FileStream _lock;
    private readonly FileStream _file;

    /// <param name="path">The path of the database.</param>
    /// <param name="isReadOnly">Only to read: the file has to be there, and others may read it as well.</param>
    /// <exception cref="DatabaseUnusableException">Another process has the file, or it cannot be opened.</exception>
    public DatabaseFile(string path, bool isReadOnly = false)
    {
        _path = path;
        if (isReadOnly && !File.Exists(path))
            throw new DatabaseUnusableException($"The database {path} cannot be opened: there is no such file.");
        _lock = Lock(path, isReadOnly);
        try
        {
            _file = Open(path, isReadOnly, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _lock.Dispose();
            throw new DatabaseUnusableException($"The database {path} cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Keeps servers away from a path, whether or not there is a file.</summary>
    /// <exception cref="DatabaseUnusableException">Another process has it.</exception>
    public static FileStream Lock(string path, bool isReadOnly = false)
    {
        try
        {
            return Open(path + "-lock", isReadOnly, isReadOnly ? FileShare.Read : FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatabaseUnusableException(isReadOnly
                ? $"The database {path} is in use by a server that writes: stop it, or start it again with Storage:ReadOnly=true. ({e.Message})"
                : Directory.Exists(Path.GetDirectoryName(path))
                ? $"The database {path} cannot be had alone, which one server at a time must: {e.Message}"
                : $"The database {path} cannot be opened: there is no such folder.", e);
        }
    }

    /// <summary>Whether the path still leads to the file that was opened: what is written to a removed one is lost with the process.</summary>
    public bool IsInPlace => OperatingSystem.IsLinux()
        ? File.ResolveLinkTarget($"/proc/self/fd/{_file.SafeFileHandle.DangerousGetHandle()}", returnFinalTarget: false)?.FullName == RealPath
        : File.Exists(_path);

    private string RealPath => field ??= File.ResolveLinkTarget($"/proc/self/fd/{_file.SafeFileHandle.DangerousGetHandle()}", returnFinalTarget: false)!.FullName;

    // To be closed after the last connection: POSIX locks of a process go when any of its descriptors of a file is closed.
    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    private static FileStream Open(string path, bool isReadOnly, FileShare share)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = isReadOnly ? FileAccess.Read : FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (OperatingSystem.IsWindows())
            return new FileStream(path, options);
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        options.UnixCreateMode = OwnerOnly;
        var file = new FileStream(path, options);
        if (!isReadOnly)
            File.SetUnixFileMode(file.SafeFileHandle, OwnerOnly);
        return file;
    }
}
