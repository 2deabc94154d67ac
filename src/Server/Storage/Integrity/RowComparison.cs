using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ServiceOrdering.Server.Storage.Integrity;

/// <summary>
/// Compares rows that should be there with those that are, in whatever order both come, of any number and in little memory: first by
/// sums, and where those differ by the rows themselves, of the ids that share a sum.
/// </summary>
internal sealed class RowComparison
{
    private const int Sums = 1 << 16;
    // Of each id there is more than one row: so many at a time fit into memory, whatever is wrong.
    private const int MostDifferent = 1024;

    private readonly long[] _sums = new long[Sums];
    private HashSet<int>? _different;
    private readonly HashSet<(string Id, string Row)> _expected = [];

    /// <summary>Whether there is a difference, as far as is known when both are counted.</summary>
    public bool IsDifferent => Array.Exists(_sums, sum => sum != 0);

    /// <summary>Whether differences of other ids are left that the rows are not compared of.</summary>
    public bool IsCut { get; private set; }

    /// <summary>A row that should be there.</summary>
    public void CountExpected(string id, string row) => _sums[SumOf(id)] += Value(id, row);

    /// <summary>A row that is there.</summary>
    public void CountFound(string id, string row) => _sums[SumOf(id)] -= Value(id, row);

    /// <summary>Whether rows of an id are to be compared by themselves.</summary>
    public bool IsToCompare(string id)
    {
        if (_different is null)
        {
            var all = Enumerable.Range(0, Sums).Where(i => _sums[i] != 0).ToList();
            IsCut = all.Count > MostDifferent;
            _different = [.. all.Take(MostDifferent)];
        }
        return _different.Contains(SumOf(id));
    }

    /// <summary>A row that should be there, of an id that is to be compared.</summary>
    public void Expect(string id, string row) => _expected.Add((id, row));

    /// <summary>A row that is there, of an id that is to be compared.</summary>
    /// <returns>Whether it should be.</returns>
    public bool Find(string id, string row) => _expected.Remove((id, row));

    /// <summary>Rows that should be there and were not found.</summary>
    public IEnumerable<(string Id, string Row)> Missing => _expected.Order();

    private static int SumOf(string id) => (int)(Value(id, "") & (Sums - 1));

    private static long Value(string id, string row)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{id}\n{row}"), hash);
        return BinaryPrimitives.ReadInt64LittleEndian(hash);
    }
}
