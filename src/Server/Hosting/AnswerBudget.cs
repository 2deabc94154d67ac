using Grpc.Core;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Errors;

namespace ServiceOrdering.Server.Hosting;

/// <summary>
/// The memory that answers share until they have gone out: callers who do not read cannot take more. A list takes the share of a
/// full page before it reads, keeps what its page turns out to need, and waits its turn where nothing is left. An answer with one
/// resource, whose size is known before anything is written, is refused there. A stream waits before it writes on. Who has not
/// taken in time what was written is cut off: Kestrel asks for a rate only where bytes go out, which who grants no window does
/// not let happen.
/// </summary>
internal sealed class AnswerBudget : IDisposable
{
    /// <summary>Bytes of a page: below the 4 MiB that clients of gRPC take unless they are told otherwise, with room for what stands around it.</summary>
    public const int LargestPage = (4 * 1024 * 1024) - (64 * 1024);

    // To know when an answer has gone out costs more than to make a small one. Kestrel lets no more than a hundred wait on a
    // connection, and ends one that takes less than 240 bytes a second of them after 5 seconds.
    private const int SmallAnswer = 16 * 1024;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly AnswerOptions _options;
    private readonly TimeProvider _time;
    private readonly ITimer _looks;
    private readonly Lock _gate = new();
    // In the order in which their time ends.
    private readonly LinkedList<AnswerShare> _timed = [];

    public AnswerBudget(IOptions<AnswerOptions> options, TimeProvider time)
    {
        _options = options.Value;
        _time = time;
        Lists = new AnswerRoom(_options.Memory / 2);
        Resources = new AnswerRoom(_options.Memory / 4);
        Streams = new AnswerRoom(_options.Memory / 4);
        _looks = time.CreateTimer(_ => CutOff(), null, BetweenLooks, BetweenLooks);
    }

    public AnswerRoom Lists { get; }

    public AnswerRoom Resources { get; }

    public AnswerRoom Streams { get; }

    /// <summary>Bytes that nobody has.</summary>
    public long Free => Lists.Free + Resources.Free + Streams.Free;

    /// <summary>Takes the share of a page, until the call is answered.</summary>
    public async ValueTask<AnswerShare> TakePageAsync(ServerCallContext context)
    {
        try
        {
            await Lists.TakeAsync(LargestPage, _options.Patience, context.CancellationToken);
        }
        catch (TimeoutException)
        {
            throw ApiErrors.ServerUnavailable("Other answers take all the memory that there is for them; try again in a moment.");
        }
        return Keep(new AnswerShare(this, Lists, LargestPage), context);
    }

    /// <summary>Takes what an answer with one resource needs, until the call is answered.</summary>
    /// <param name="bytes">The resource's size.</param>
    /// <param name="context">The call.</param>
    public void Take(long bytes, ServerCallContext context)
    {
        if (bytes <= SmallAnswer)
            return;
        if (!Resources.TryTake(bytes))
            throw ApiErrors.ServerUnavailable("Answers that nobody reads take all the memory that there is for them; try again in a moment.");
        Keep(new AnswerShare(this, Resources, bytes), context);
    }

    /// <summary>The share of a stream, which has nothing yet.</summary>
    public AnswerShare OfStream(ServerCallContext context) => new(this, Streams, 0) { Abort = context.GetHttpContext().Abort };

    public void Dispose() => _looks.Dispose();

    internal void Watch(LinkedListNode<AnswerShare> share)
    {
        share.Value.Started = _time.GetTimestamp();
        lock (_gate)
            _timed.AddLast(share);
    }

    internal void Unwatch(LinkedListNode<AnswerShare> share)
    {
        lock (_gate)
        {
            if (share.List is not null)
                _timed.Remove(share);
        }
    }

    private TimeSpan Shortest => _options.Patience < _options.TimeLimit ? _options.Patience : _options.TimeLimit;

    private AnswerShare Keep(AnswerShare share, ServerCallContext context)
    {
        share.Abort = context.GetHttpContext().Abort;
        context.KeepUntilAnswered(share);
        Watch(share.Node);
        return share;
    }

    private void CutOff()
    {
        List<AnswerShare> late = [];
        lock (_gate)
        {
            for (var next = _timed.First; next is { Value: var share } node && _time.GetElapsedTime(share.Started) is var age && age > Shortest;)
            {
                next = node.Next;
                if (age <= (share.IsWaitedFor ? _options.Patience : _options.TimeLimit))
                    continue;
                _timed.Remove(node);
                late.Add(share);
            }
        }
        // What it has it gives back when its call has ended.
        foreach (var share in late)
            share.Abort!();
    }
}

/// <summary>The memory that one answer has. Not for two at once.</summary>
internal sealed class AnswerShare : IDisposable
{
    private readonly AnswerBudget _budget;
    private readonly AnswerRoom _room;
    private long _bytes;

    public AnswerShare(AnswerBudget budget, AnswerRoom room, long bytes)
    {
        (_budget, _room, _bytes) = (budget, room, bytes);
        Node = new LinkedListNode<AnswerShare>(this);
    }

    internal LinkedListNode<AnswerShare> Node { get; }

    internal long Started { get; set; }

    internal Action? Abort { get; set; }

    /// <summary>Whether it is a stream's and others can write nothing for it: a stream can be resumed.</summary>
    internal bool IsWaitedFor => _room == _budget.Streams && _room.IsWaitedFor;

    /// <summary>Has so many bytes at least, where there is room for what is missing.</summary>
    public bool Grow(long bytes)
    {
        if (bytes > _bytes && !_room.TryTake(bytes - _bytes, held: _bytes))
            return false;
        _bytes = Math.Max(_bytes, bytes);
        return true;
    }

    /// <summary>Gives back what is not needed.</summary>
    public void Shrink(long needed)
    {
        if (needed >= _bytes)
            return;
        _room.GiveBack(_bytes - needed);
        _bytes = needed;
    }

    /// <summary>For a stream that has written nothing: takes room for what it is to write. From here on its caller's time runs.</summary>
    public bool TryBegin(long bytes)
    {
        if (_bytes >= bytes)
            return true;
        if (!Grow(bytes))
            return false;
        _budget.Unwatch(Node);
        _budget.Watch(Node);
        return true;
    }

    /// <summary>
    /// The same, and waits for it; also for a list that goes on behind a page which its caller has taken: others who wait for room
    /// come first.
    /// </summary>
    public async ValueTask BeginAsync(long bytes, CancellationToken cancellationToken)
    {
        Dispose();
        await _room.TakeAsync(bytes, Timeout.InfiniteTimeSpan, cancellationToken);
        _bytes = bytes;
        _budget.Watch(Node);
    }

    /// <summary>The caller has taken it.</summary>
    public void Dispose()
    {
        _budget.Unwatch(Node);
        _room.GiveBack(Interlocked.Exchange(ref _bytes, 0));
    }
}
