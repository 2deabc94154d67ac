using ServiceOrdering.Server.Storage.Transfer;

namespace ServiceOrdering.Server.Storage.Integrity;

/// <summary>What a check has found: the first few problems in words, and how many there were; and how far it is.</summary>
/// <param name="most">How many are kept in words.</param>
/// <param name="progress">Is told how far it is.</param>
internal sealed class Findings(int most, IProgress<TransferState> progress)
{
    private const int RowsBetweenReports = 500;
    private const int LongestProblem = 400;

    private readonly List<string> _problems = [];
    private TransferState _state;

    /// <summary>The first of them.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>How many there are. More of one kind than can be told apart in memory count as those that were.</summary>
    public long Count { get; private set; }

    /// <summary>How many rows were looked at.</summary>
    public long Rows { get; private set; }

    public void Add(string problem)
    {
        Count++;
        if (_problems.Count < most)
            _problems.Add(problem.Length <= LongestProblem ? problem : problem[..LongestProblem] + "…");
    }

    /// <summary>Another table is looked at.</summary>
    public async ValueTask StartAsync(Session session, string table)
    {
        _state = new TransferState($"Checking {table}", 0, await session.FindAsync<long>($"select count(*) from {table}"), 0, 0);
        progress.Report(_state);
    }

    /// <summary>Something is looked at that has no rows to count.</summary>
    public void Start(string step)
    {
        _state = new TransferState(step, 0, 0, 0, 0);
        progress.Report(_state);
    }

    /// <summary>A row was looked at.</summary>
    public void Looked(int size)
    {
        Rows++;
        _state = _state with { Rows = _state.Rows + 1, NewRows = _state.NewRows + 1, NewBytes = _state.NewBytes + size };
        if (_state.Rows % RowsBetweenReports == 0 || _state.Rows == _state.TotalRows)
            progress.Report(_state);
    }
}
