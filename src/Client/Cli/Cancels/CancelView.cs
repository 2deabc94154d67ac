using System.CommandLine;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Cli.Tables;

namespace ServiceOrdering.Cli.Cancels;

/// <summary>Shows requests to cancel orders: as JSON, one as a card, several as a table.</summary>
internal static class CancelView
{
    public static Columns<CancelServiceOrder> Columns { get; } = new(
        cancel => cancel.Id,
        ["ID", "STATE", "ORDER", "REQUESTED FOR", "CANCELLED", "REASON", "OUTCOME"],
        cancel =>
        [
            Id(cancel.Id),
            State(Word(cancel.State)),
            Reference(cancel.ServiceOrder?.Id ?? ""),
            When(cancel.RequestedCancellationDate),
            When(cancel.EffectiveCancellationDate),
            Cell(cancel.CancellationReason),
            Cell(cancel.HasCompletionMessage ? cancel.CompletionMessage : cancel.ErrorMessage?.Message ?? ""),
        ]);

    public static Argument<string> IdArgument() => new("ID") { Description = "Id of the request." };

    /// <summary>Whether what was asked for is done: also where nothing was decided yet.</summary>
    public static int ExitCodeOf(CancelServiceOrder cancel) =>
        cancel.State is TaskState.TerminatedWithError || (cancel.State is TaskState.Done && cancel.EffectiveCancellationDate is null) ? ExitCode.Refused : ExitCode.Done;

    public static void Write(Screen screen, CancelServiceOrder cancel)
    {
        if (!screen.IsTable)
        {
            screen.WriteData(cancel);
            return;
        }

        WriteLine(screen, "id", cancel.Id);
        WriteLine(screen, "state", Word(cancel.State));
        WriteLine(screen, "order", cancel.ServiceOrder?.Id ?? "");
        WriteLine(screen, "reason", cancel.CancellationReason);
        WriteLine(screen, "requested for", Time(cancel.RequestedCancellationDate));
        WriteLine(screen, "cancelled", Time(cancel.EffectiveCancellationDate));
        WriteLine(screen, "outcome", cancel.CompletionMessage);
        WriteLine(screen, "error", cancel.ErrorMessage?.Message ?? "");
    }
}
