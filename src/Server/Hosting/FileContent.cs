using System.Security.Cryptography;

namespace ServiceOrdering.Server.Hosting;

/// <summary>
/// What is made of the content of files, and made anew when that changes: keys, certificates. Files are looked at when they are
/// asked for, once a second at most, by their content: a mounted secret is replaced through links whose own times stay. What
/// cannot be used leaves what was there before, and is told once.
/// </summary>
/// <param name="files">The files.</param>
/// <param name="make">Makes it of their content, in their order.</param>
/// <param name="time">The clock.</param>
/// <param name="rejected">Is told of content that cannot be used.</param>
internal sealed class FileContent<T>(IReadOnlyList<string> files, Func<IReadOnlyList<byte[]>, T> make, TimeProvider time, Action<Exception> rejected)
    where T : class
{
    private const long LargestFile = 4 << 20;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private volatile T? _current;
    private byte[] _digest = [];
    private long _looked;

    /// <summary>What the files have now.</summary>
    /// <exception cref="Exception">It is asked for the first time, and cannot be used.</exception>
    public T Current
    {
        get
        {
            if (_current is { } current && time.GetElapsedTime(Volatile.Read(ref _looked)) < BetweenLooks)
                return current;
            // Who comes while another looks takes what was there; the first time there is nothing to take.
            if (_current is { } previous)
            {
                if (!_gate.TryEnter())
                    return previous;
            }
            else
            {
                _gate.Enter();
            }
            try
            {
                return Look();
            }
            finally
            {
                _gate.Exit();
            }
        }
    }

    private T Look()
    {
        Volatile.Write(ref _looked, time.GetTimestamp());
        byte[]? digest = null;
        try
        {
            var content = files.Select(Read).ToList();
            digest = SHA256.HashData([.. content.SelectMany(SHA256.HashData)]);
            if (_current is null || !digest.AsSpan().SequenceEqual(_digest))
                _current = make(content);
        }
        catch (Exception e) when (_current is not null)
        {
            // One that is not there, or half written, is told of once too.
            digest ??= SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(e.Message));
            if (!digest.AsSpan().SequenceEqual(_digest))
                rejected(e);
        }
        _digest = digest!;
        return _current!;
    }

    private static byte[] Read(string file) => new FileInfo(file) is { Exists: true, Length: > LargestFile }
        ? throw new InvalidDataException($"'{file}' is larger than {LargestFile} bytes.")
        : File.ReadAllBytes(file);
}
