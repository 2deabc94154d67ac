namespace ServiceOrdering.Server.WebConsole;

/// <summary>What a page says after an action. The address names one of these, so that nobody can put words into a page.</summary>
internal static class Notices
{
    public const string Parameter = "done";

    public const string SignedIn = "signed-in";
    public const string SignedOut = "signed-out";
    public const string OrderPlaced = "order-placed";
    public const string OrderHeld = "order-held";
    public const string OrderResumed = "order-resumed";
    public const string CancelAsked = "cancel-asked";
    public const string NoteAdded = "note-added";
    public const string JobBegun = "job-begun";
    public const string JobCancelled = "job-cancelled";
    public const string FalloutRetried = "fallout-retried";
    public const string FalloutCompleted = "fallout-completed";
    public const string FalloutFailed = "fallout-failed";
    public const string FalloutAssigned = "fallout-assigned";
    public const string Resumed = "resumed";
    public const string Replayed = "replayed";
    public const string SubscriptionDeleted = "subscription-deleted";

    private static readonly Dictionary<string, string> Texts = new()
    {
        [SignedIn] = "You are signed in.",
        [SignedOut] = "You are signed out.",
        [OrderPlaced] = "The order is placed.",
        [OrderHeld] = "The order is held.",
        [OrderResumed] = "The order goes on.",
        [CancelAsked] = "The order is asked to be cancelled; what came of it is told below.",
        [NoteAdded] = "The note is added.",
        [JobBegun] = "A job does it; the page shows how far it is.",
        [JobCancelled] = "The job is cancelled.",
        [FalloutRetried] = "The item is back in the queue.",
        [FalloutCompleted] = "The item is completed, and the inventory has its service.",
        [FalloutFailed] = "The item has failed for good, with what depends on it.",
        [FalloutAssigned] = "It is assigned.",
        [Resumed] = "The delivery goes on.",
        [Replayed] = "The events are sent again.",
        [SubscriptionDeleted] = "The subscription is deleted.",
    };

    /// <summary>The text of a notice; null for what is none.</summary>
    public static string? Text(string name) => Texts.GetValueOrDefault(name);
}
