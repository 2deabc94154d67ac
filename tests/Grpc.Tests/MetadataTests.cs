using System.Text;
using Grpc.Core;

namespace Grpc.Tests;

public class MetadataTests
{
    [Fact]
    public void Key_becomes_lower_case()
    {
        Assert.Equal("x-order.id_1", new Metadata.Entry("X-Order.Id_1", "value").Key);
        Assert.Equal("x-order-bin", new Metadata.Entry("X-Order-BIN", [1]).Key);
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("umlaut-ä")]
    [InlineData("colon:")]
    [InlineData("slash/")]
    public void Key_with_other_characters_is_refused(string key) =>
        Assert.Throws<ArgumentException>(() => new Metadata.Entry(key, "value"));

    [Fact]
    public void Suffix_decides_between_bytes_and_text()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("x-bin", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("x", [1]));
        Assert.True(new Metadata.Entry("x-bin", [1]).IsBinary);
        Assert.False(new Metadata.Entry("x", "text").IsBinary);
    }

    [Fact]
    public void Absent_parts_are_refused()
    {
        Assert.Throws<ArgumentNullException>(() => new Metadata.Entry(null!, "value"));
        Assert.Throws<ArgumentNullException>(() => new Metadata.Entry("x", (string)null!));
        Assert.Throws<ArgumentNullException>(() => new Metadata.Entry("x-bin", (byte[])null!));
        Assert.Throws<ArgumentNullException>(() => new Metadata().Add(null!));
    }

    [Fact]
    public void Bytes_are_copied_in_and_out()
    {
        byte[] bytes = [1, 2];
        var entry = new Metadata.Entry("x-bin", bytes);

        bytes[0] = 9;
        entry.ValueBytes[1] = 9;

        Assert.Equal([1, 2], entry.ValueBytes);
    }

    [Fact]
    public void Text_can_be_read_as_bytes_but_not_bytes_as_text()
    {
        Assert.Equal(Encoding.ASCII.GetBytes("text"), new Metadata.Entry("x", "text").ValueBytes);
        Assert.Throws<InvalidOperationException>(() => new Metadata.Entry("x-bin", [1]).Value);
    }

    [Fact]
    public void Lookup_ignores_case_and_gives_the_last_entry()
    {
        var metadata = new Metadata { { "x", "1" }, { "y", "2" }, { "X", "3" } };

        Assert.Equal("3", metadata.GetValue("X"));
        Assert.Equal("3", metadata.Get("x")!.Value);
        Assert.Equal(["1", "3"], metadata.GetAll("X").Select(entry => entry.Value));
        Assert.Null(metadata.GetValue("z"));
        Assert.Null(metadata.GetValueBytes("z"));
        Assert.Empty(metadata.GetAll("z"));
    }

    [Fact]
    public void Entries_form_a_list()
    {
        var (a, b, c) = (new Metadata.Entry("a", "1"), new Metadata.Entry("b", "2"), new Metadata.Entry("c", "3"));
        var metadata = new Metadata { a, c };

        metadata.Insert(1, b);
        Assert.Equal([a, b, c], metadata);
        Assert.Equal(1, metadata.IndexOf(b));
        metadata[0] = c;
        metadata.RemoveAt(2);
        Assert.Equal([c, b], metadata);
        Assert.True(metadata.Remove(b));
        Assert.Equal([c], metadata);
        metadata.Clear();
        Assert.Empty(metadata);
        Assert.False(metadata.IsReadOnly);
    }

    [Fact]
    public void Empty_metadata_cannot_be_changed()
    {
        var entry = new Metadata.Entry("x", "1");

        Assert.True(Metadata.Empty.IsReadOnly);
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("x", "1"));
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Insert(0, entry));
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty[0] = entry);
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Remove(entry));
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.RemoveAt(0));
        Assert.Throws<InvalidOperationException>(Metadata.Empty.Clear);
    }
}
