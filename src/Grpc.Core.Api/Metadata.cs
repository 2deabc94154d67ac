using System.Collections;
using System.Text;

namespace Grpc.Core;

/// <summary>
/// The key/value pairs that travel beside the messages of a call: request headers, response headers and response
/// trailers. Order is kept and a key may occur more than once. Not thread-safe.
/// </summary>
public sealed class Metadata : IList<Metadata.Entry>
{
    /// <summary>The end of every key whose value is bytes rather than ASCII text.</summary>
    public const string BinaryHeaderSuffix = "-bin";

    /// <summary>Metadata without entries. It is read-only.</summary>
    public static readonly Metadata Empty = new() { IsReadOnly = true };

    private readonly List<Entry> entries = [];

    /// <inheritdoc/>
    public int Count => entries.Count;

    /// <summary>Whether adding to or changing this instance fails, as it does for <see cref="Empty"/>.</summary>
    public bool IsReadOnly { get; private init; }

    /// <summary>Gets or sets the entry at a position.</summary>
    /// <exception cref="InvalidOperationException">It is set and this instance is read-only.</exception>
    public Entry this[int index]
    {
        get => entries[index];
        set => Writable()[index] = NotNull(value, nameof(value));
    }

    /// <summary>Finds the last entry with the key, in whatever case it is written, or <see langword="null"/>.</summary>
    public Entry? Get(string key) => entries.FindLast(entry => entry.HasKey(key));

    /// <summary>Finds the text of the last entry with the key, or <see langword="null"/>.</summary>
    /// <exception cref="InvalidOperationException">The entry is binary.</exception>
    public string? GetValue(string key) => Get(key)?.Value;

    /// <summary>Finds the bytes of the last entry with the key, or <see langword="null"/>. Text is given as ASCII.</summary>
    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    /// <summary>Lists the entries with the key, in whatever case it is written, in order.</summary>
    public IEnumerable<Entry> GetAll(string key) => entries.Where(entry => entry.HasKey(key));

    /// <summary>Adds a text entry.</summary>
    /// <param name="key">As for <see cref="Entry(string, string)"/>.</param>
    /// <param name="value">ASCII text.</param>
    public void Add(string key, string value) => Add(new Entry(key, value));

    /// <summary>Adds a binary entry.</summary>
    /// <param name="key">As for <see cref="Entry(string, byte[])"/>.</param>
    /// <param name="valueBytes">The value; it is copied.</param>
    public void Add(string key, byte[] valueBytes) => Add(new Entry(key, valueBytes));

    /// <inheritdoc/>
    public void Add(Entry item) => Writable().Add(NotNull(item, nameof(item)));

    /// <inheritdoc/>
    public void Insert(int index, Entry item) => Writable().Insert(index, NotNull(item, nameof(item)));

    /// <inheritdoc/>
    public bool Remove(Entry item) => Writable().Remove(item);

    /// <inheritdoc/>
    public void RemoveAt(int index) => Writable().RemoveAt(index);

    /// <inheritdoc/>
    public void Clear() => Writable().Clear();

    /// <inheritdoc/>
    public bool Contains(Entry item) => entries.Contains(item);

    /// <inheritdoc/>
    public int IndexOf(Entry item) => entries.IndexOf(item);

    /// <inheritdoc/>
    public void CopyTo(Entry[] array, int arrayIndex) => entries.CopyTo(array, arrayIndex);

    /// <inheritdoc/>
    public IEnumerator<Entry> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private List<Entry> Writable() =>
        IsReadOnly ? throw new InvalidOperationException("Object is read only") : entries;

    private static Entry NotNull(Entry entry, string parameter)
    {
        ArgumentNullException.ThrowIfNull(entry, parameter);
        return entry;
    }

    /// <summary>One immutable key/value pair: text, or bytes when the key ends in <c>-bin</c>.</summary>
    public class Entry
    {
        private readonly string? text;
        private readonly byte[]? bytes;

        /// <summary>Creates a binary entry.</summary>
        /// <param name="key">
        /// Ends in <c>-bin</c>; ASCII letters, digits, <c>_</c>, <c>-</c> and <c>.</c>. Upper case becomes lower case.
        /// </param>
        /// <param name="valueBytes">The value; it is copied.</param>
        /// <exception cref="ArgumentException">The key has another form.</exception>
        public Entry(string key, byte[] valueBytes)
        {
            Key = Normalized(key);
            if (!IsBinaryKey(Key))
            {
                throw new ArgumentException(
                    $"Key for binary valued metadata entry needs to have '{BinaryHeaderSuffix}' suffix indicating binary value.");
            }
            ArgumentNullException.ThrowIfNull(valueBytes);
            bytes = valueBytes.AsSpan().ToArray();
        }

        /// <summary>Creates a text entry.</summary>
        /// <param name="key">
        /// Does not end in <c>-bin</c>; ASCII letters, digits, <c>_</c>, <c>-</c> and <c>.</c>. Upper case becomes lower case.
        /// </param>
        /// <param name="value">ASCII text.</param>
        /// <exception cref="ArgumentException">The key has another form.</exception>
        public Entry(string key, string value)
        {
            Key = Normalized(key);
            if (IsBinaryKey(Key))
            {
                throw new ArgumentException(
                    "Key for ASCII valued metadata entry cannot have suffix indicating binary value.");
            }
            ArgumentNullException.ThrowIfNull(value);
            text = value;
        }

        /// <summary>The key, in lower case.</summary>
        public string Key { get; }

        /// <summary>Whether the value is bytes rather than text.</summary>
        public bool IsBinary => bytes is not null;

        /// <summary>The text.</summary>
        /// <exception cref="InvalidOperationException">The entry is binary.</exception>
        public string Value =>
            text ?? throw new InvalidOperationException("Cannot access string value of a binary metadata entry");

        /// <summary>A copy of the bytes, or the text encoded as ASCII.</summary>
        public byte[] ValueBytes => bytes?.AsSpan().ToArray() ?? Encoding.ASCII.GetBytes(Value);

        /// <summary>Shows the key, and the value when it is text.</summary>
        public override string ToString() =>
            IsBinary ? $"[Entry: key={Key}, valueBytes={bytes}]" : $"[Entry: key={Key}, value={text}]";

        internal bool HasKey(string key) => string.Equals(Key, key, StringComparison.OrdinalIgnoreCase);

        private static bool IsBinaryKey(string key) =>
            key.EndsWith(BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase);

        private static string Normalized(string key)
        {
            ArgumentNullException.ThrowIfNull(key);
            foreach (var c in key)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.'))
                {
                    throw new ArgumentException(
                        "Metadata entry key not valid. "
                        + "Keys can only contain lowercase alphanumeric characters, underscores, hyphens and dots.");
                }
            }
            return key.ToLowerInvariant(); // gives the same instance when nothing changes
        }
    }
}
