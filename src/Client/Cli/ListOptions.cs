using System.CommandLine;
using Google.Protobuf.Reflection;
using ServiceOrdering.Json;

namespace ServiceOrdering.Cli;

/// <summary>The options of commands that list resources.</summary>
internal sealed class ListOptions
{
    private readonly Option<string> _filter;
    private readonly Option<string> _sort;
    private readonly Option<int?> _offset;
    private readonly Option<int?> _limit;
    private readonly Option<bool> _all;
    private readonly Option<string>? _fields;

    /// <param name="resources">What is listed, in the plural.</param>
    /// <param name="filter">An example of a filter.</param>
    /// <param name="sort">An example of a sort order.</param>
    /// <param name="hasFields">Whether the attributes that are shown can be chosen: of TM Forum's resources.</param>
    /// <param name="states">The states that they have, to be completed by a shell.</param>
    public ListOptions(string resources, string filter, string sort, bool hasFields = true, EnumDescriptor? states = null)
    {
        _fields = hasFields ? FieldsOption.Create() : null;
        _filter = new Option<string>("--filter")
        {
            Description = $"Which {resources}, as in the query string of the REST API: {filter}. Default: all.",
            HelpName = "QUERY",
        };
        if (states is not null)
        {
            _filter.CompletionSources.Add([.. EnumNames.All(states).Select(state => $"state={state}")]);
        }

        _sort = new Option<string>("--sort")
        {
            Description = $"Attributes to sort by, commas between, - in front for descending: {sort}. Default: newest first.",
            HelpName = "NAMES",
        };
        _offset = NumberOption.Create("--offset", $"How many {resources} to skip.");
        _limit = NumberOption.Create("--limit", $"How many {resources} to show at most, up to 1000. Default: 100.");
        _all = new Option<bool>("--all") { Description = $"Show all {resources}, page after page." };
    }

    public void AddTo(Command command)
    {
        command.Add(_filter);
        command.Add(_sort);
        command.Add(_offset);
        command.Add(_limit);
        command.Add(_all);
        if (_fields is not null)
        {
            command.Add(_fields);
        }

        command.Validators.Add(result =>
        {
            if (result.GetValue(_all) && result.GetValue(_limit) is not null)
            {
                result.AddError("--all and --limit exclude each other.");
            }
        });
    }

    public string Filter(ParseResult arguments) => arguments.GetValue(_filter) ?? "";

    public string Sort(ParseResult arguments) => arguments.GetValue(_sort) ?? "";

    public string Fields(ParseResult arguments) => _fields is null ? "" : arguments.GetValue(_fields) ?? "";

    public int Offset(ParseResult arguments) => arguments.GetValue(_offset) ?? 0;

    public int? Limit(ParseResult arguments) => arguments.GetValue(_limit);

    /// <summary>Whether all pages are wanted.</summary>
    public bool All(ParseResult arguments) => arguments.GetValue(_all);
}
