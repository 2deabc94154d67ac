using System.Buffers.Binary;
using System.Text;

namespace ServiceOrdering.Json;

/// <summary>Finds the position of a UTF-8 name in a fixed list, without making a string of it.</summary>
internal sealed class NameTable
{
    private readonly byte[][] _names;
    private readonly int[] _slots;
    private readonly uint _mask;

    public NameTable(IReadOnlyList<string> names)
    {
        _names = [.. names.Select(Encoding.UTF8.GetBytes)];
        // At most half full, so that a search always ends at an empty slot.
        _slots = new int[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, names.Count * 2))];
        _mask = (uint)_slots.Length - 1;
        for (var position = 0; position < _names.Length; position++)
        {
            var slot = Hash(_names[position]) & _mask;
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & _mask;
            }

            _slots[slot] = position + 1;
        }
    }

    /// <summary>Position of the name in the list, or -1.</summary>
    public int Find(ReadOnlySpan<byte> name)
    {
        for (var slot = Hash(name) & _mask; ; slot = (slot + 1) & _mask)
        {
            var position = _slots[slot] - 1;
            if (position < 0 || name.SequenceEqual(_names[position]))
            {
                return position;
            }
        }
    }

    /// <summary>Position of the name in the list, or -1.</summary>
    public int Find(string name)
    {
        const int OnStack = 256;
        if (name.Length > OnStack / 3)
        {
            return Find(Encoding.UTF8.GetBytes(name));
        }

        Span<byte> utf8 = stackalloc byte[OnStack];
        return Find(utf8[..Encoding.UTF8.GetBytes(name, utf8)]);
    }

    // Length, first and last bytes tell the names of one message apart well enough.
    private static uint Hash(ReadOnlySpan<byte> name)
    {
        ulong head = 0;
        ulong tail = 0;
        if (name.Length >= sizeof(ulong))
        {
            head = BinaryPrimitives.ReadUInt64LittleEndian(name);
            tail = BinaryPrimitives.ReadUInt64LittleEndian(name[^sizeof(ulong)..]);
        }
        else
        {
            foreach (var b in name)
            {
                head = (head << 8) | b;
            }
        }

        return (uint)((((head * 0x9E3779B97F4A7C15) ^ (tail * 0xC2B2AE3D27D4EB4F)) + (uint)name.Length) >> 32);
    }
}
