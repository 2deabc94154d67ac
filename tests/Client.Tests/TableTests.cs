using ServiceOrdering.Cli;
using Spectre.Console;
using Table = ServiceOrdering.Cli.Table;
using TableCell = ServiceOrdering.Cli.TableCell;

namespace ServiceOrdering.Client.Tests;

/// <summary>How tables fit a terminal.</summary>
public sealed class TableTests
{
    private const string OrderId = "019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33";
    private const string CancelId = "019a3f0e-9d00-7aaa-8bbb-0123456789ab";

    [Fact]
    public void Columns_without_anything_are_left_out()
    {
        var table = new Table("ID", "STATE", "NAME");
        table.AddRow(Tables.Id("1"), Tables.State(""), Tables.Cell("line"));

        Assert.Equal(["ID  NAME", "1   line"], Lines(table, 80));
    }

    [Fact]
    public void Texts_become_shorter_and_ids_stay_as_they_are()
    {
        var table = new Table("ID", "STATE", "DESCRIPTION");
        table.AddRow(Tables.Id(OrderId), Tables.State("acknowledged"), Tables.Cell("Fiber 1G for a new residential customer"));

        Assert.Equal($"{OrderId}  acknowledged  Fiber 1G for a new resident…", Lines(table, 80)[1]);
        Assert.False(table.Fit(80).IsWhole);
        Assert.Contains("customer", Lines(table, 200)[1]);
        Assert.True(table.Fit(200).IsWhole);
    }

    [Fact]
    public void The_last_columns_are_left_out_where_there_is_no_room()
    {
        var table = new Table("ID", "STATE", "EXTERNAL ID", "DESCRIPTION", "ITEMS");
        table.AddRow(Tables.Id(OrderId), Tables.State("assessingCancellation"), Tables.Cell("BSS-2026-000417"), Tables.Cell("a description of some length"), Tables.Short("3"));

        Assert.Equal("ID                                    STATE                  EXTERNAL ID", Lines(table, 80)[0]);
    }

    [Fact]
    public void Ids_of_something_else_keep_their_ends_which_tell_them_apart()
    {
        var table = new Table("ID", "STATE", "ORDER");
        table.AddRow(Tables.Id(CancelId), Tables.State("inProgress"), Tables.Reference(OrderId));

        Assert.Equal($"{CancelId}  inProgress  …0e-7c52-7d11-b1c4-6f0d9f1e2a33", Lines(table, 81)[1]);
    }

    [Theory]
    [InlineData("光ファイバー回線の新規申し込み")]
    [InlineData("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦 and more")]
    [InlineData("e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301")]
    public void No_line_is_wider_than_the_terminal_whatever_its_characters(string text)
    {
        var table = new Table("NAME", "STATE");
        table.AddRow(Tables.Cell(text), Tables.State("active"));
        table.AddRow(Tables.Cell("x"), Tables.State("active"));

        Assert.All(Lines(table, 24), line => Assert.InRange(TableCell.WidthOf(line), 1, 24));
        // The second column begins at the same place in each.
        Assert.Single(Lines(table, 24)[1..].Select(line => TableCell.WidthOf(line[..line.IndexOf("active", StringComparison.Ordinal)])).Distinct());
    }

    [Fact]
    public void What_would_move_the_cursor_is_a_blank() => Assert.Equal("a [31mb", Tables.Cell("a\u001b[31mb").Text);

    private static string[] Lines(Table table, int width)
    {
        using var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = 1000;
        console.Write(table.Fit(width).Content);
        return output.ToString().TrimEnd().Split('\n', StringSplitOptions.TrimEntries);
    }
}
