namespace ServiceOrdering.Server.Storage.Transfer;

/// <summary>How far a transfer is.</summary>
/// <param name="Step">What it does.</param>
/// <param name="Rows">How many rows it has done in this step, in this run or one before.</param>
/// <param name="TotalRows">How many there are.</param>
/// <param name="NewRows">How many rows it has done in this step in this run.</param>
/// <param name="NewBytes">How large those are.</param>
/// <param name="Unit">What is counted. Default: rows.</param>
internal readonly record struct TransferState(string Step, long Rows, long TotalRows, long NewRows, long NewBytes, string Unit = "rows");

/// <summary>A transfer cannot be done, or not go on: each line of the message says why.</summary>
internal sealed class TransferException(string message, Exception? cause = null) : Exception(message, cause);
