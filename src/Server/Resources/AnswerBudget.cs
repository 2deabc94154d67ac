using Grpc.Core;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Hosting;

namespace ServiceOrdering.Server.Resources;

/// <summary>What answers may take: the configuration section <c>Answers</c>.</summary>
internal sealed record AnswerOptions
{
    /// <summary>Bytes of memory that all lists and large answers take together. At least that of one page, 4 MiB. Default: 64 MiB.</summary>
    public long Memory { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long a list waits for memory before it is refused with 503 / UNAVAILABLE. Default: 5 seconds.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a caller has to take a list or a large answer, the time to make it included; then the call is aborted. Default: 60 seconds.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What is wrong with the options, or null.</summary>
    public string? Problem() =>
        Memory < AnswerBudget.LargestPage ? $"Answers:Memory must be at least {AnswerBudget.LargestPage}."
        : Patience < TimeSpan.Zero || Patience > TimeSpan.FromHours(1) ? "Answers:Patience must be from 00:00:00 to 01:00:00, such as 00:00:05."
        : TimeLimit < TimeSpan.FromSeconds(1) || TimeLimit > TimeSpan.FromHours(1) ? "Answers:TimeLimit must be from 00:00:01 to 01:00:00, such as 00:01:00."
        : null;
}

/// <summary>
/// The memory that answers share until they have gone out: callers who do not read cannot take more. A list takes the share of a
/// full page before it reads, keeps what its page turns out to need, and waits its turn where nothing is left. The answer with one
/// resource is there when its size is known: it does not wait.
/// </summary>
internal sealed class AnswerBudget(IOptions<AnswerOptions> options)
{
    /// <summary>Bytes of a page: below the 4 MiB that clients of gRPC take unless they are told otherwise, with room for what stands around it.</summary>
    public const int LargestPage = (4 * 1024 * 1024) - (64 * 1024);

    // Most answers are smaller, and cost nothing here: Kestrel keeps as much for each stream by itself.
    private const int SmallAnswer = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private long _free = options.Value.Memory;

    /// <summary>Bytes that nobody has.</summary>
    public long Free
    {
        get
        {
            lock (_gate)
                return _free;
        }
    }

    /// <summary>Takes the share of a page. Disposal gives it back.</summary>
    public async ValueTask<AnswerShare> TakeAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource turn;
        lock (_gate)
        {
            if (_waiting.Count == 0 && _free >= LargestPage)
            {
                _free -= LargestPage;
                return new AnswerShare(this, LargestPage);
            }
            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
        }
        try
        {
            await turn.Task.WaitAsync(options.Value.Patience, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // It may have come in this moment.
            if (!turn.TrySetCanceled(CancellationToken.None))
                GiveBack(LargestPage);
            if (e is TimeoutException)
                throw ApiErrors.ServerUnavailable("Other answers take all the memory that there is for them; try again in a moment.");
            throw;
        }
        return new AnswerShare(this, LargestPage);
    }

    /// <summary>Takes what an answer of one resource has, as long as the call lasts.</summary>
    /// <param name="bytes">The resource's size.</param>
    /// <param name="isRead">Whether it can be refused where half is taken: what was written is answered.</param>
    /// <param name="context">The call.</param>
    public void Keep(int bytes, bool isRead, ServerCallContext context)
    {
        if (bytes <= SmallAnswer)
            return;
        lock (_gate)
        {
            // Half of it is for lists, which can wait.
            if (isRead && _free - bytes < options.Value.Memory / 2)
                throw ApiErrors.ServerUnavailable("Answers that nobody reads take all the memory that there is for them; try again in a moment.");
            _free -= bytes;
        }
        Keep(new AnswerShare(this, bytes), context);
    }

    /// <summary>Gives a share back when the call is over.</summary>
    public void Keep(AnswerShare share, ServerCallContext context) => context.KeepUntilAnswered(share, options.Value.TimeLimit);

    public void GiveBack(long bytes)
    {
        lock (_gate)
        {
            _free += bytes;
            while (_waiting.TryPeek(out var next) && (next.Task.IsCompleted || _free >= LargestPage))
            {
                _waiting.Dequeue();
                if (next.TrySetResult())
                    _free -= LargestPage;
            }
        }
    }
}

/// <summary>The memory that one answer has.</summary>
internal sealed class AnswerShare(AnswerBudget budget, long bytes) : IDisposable
{
    private long _bytes = bytes;

    /// <summary>Gives back what is not needed.</summary>
    public void Shrink(long needed)
    {
        if (needed >= _bytes)
            return;
        budget.GiveBack(_bytes - needed);
        _bytes = needed;
    }

    public void Dispose() => budget.GiveBack(Interlocked.Exchange(ref _bytes, 0));
}
