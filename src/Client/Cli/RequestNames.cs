using System.CommandLine;

namespace ServiceOrdering.Cli;

/// <summary>Shows what the server names by the fields of a request as what a person has typed: an option, an argument, a place in a file.</summary>
internal static class RequestNames
{
    /// <summary>The fields of requests, and what commands take them from: the first that the command has.</summary>
    private static readonly Dictionary<string, string[]> Names = new()
    {
        ["actor"] = ["--actor"],
        ["api"] = ["--api"],
        ["assignee"] = ["--to"],
        ["cancel_service_order"] = ["ID"],
        ["cancel_service_order.cancellation_reason"] = ["--reason"],
        ["cancel_service_order.requested_cancellation_date"] = ["--at"],
        ["cancel_service_order.service_order"] = ["ID"],
        ["completion.service"] = ["--file"],
        ["depth"] = ["--depth"],
        ["error_messages"] = ["--message"],
        ["etag"] = ["--if-match"],
        ["event_subscription.callback"] = ["CALLBACK"],
        ["event_subscription.format"] = ["--format"],
        ["event_subscription.query"] = ["--query"],
        ["event_subscription.secret"] = ["--secret"],
        ["event_types"] = ["--type"],
        ["expires_date"] = ["--expires"],
        ["fields"] = ["--fields"],
        ["filter"] = ["--filter"],
        ["id"] = ["ID"],
        ["limit"] = ["--limit"],
        ["max_failures"] = ["--max-failures"],
        ["name"] = ["NAME"],
        ["note"] = ["--note"],
        ["offset"] = ["--offset"],
        ["operation"] = ["OPERATION"],
        ["party"] = ["--party"],
        ["patch.content_type"] = ["--content-type"],
        ["previous_valid_for"] = ["--keep-previous"],
        ["query"] = ["--query"],
        ["resource_ids"] = ["--id"],
        ["resume_token"] = ["--from", "--after"],
        ["roles"] = ["--role"],
        ["scopes"] = ["--scope"],
        ["secret"] = ["--secret"],
        ["service_characteristic"] = ["--set"],
        ["service_order_id"] = ["--order"],
        ["sort"] = ["--sort"],
        ["start.capabilities"] = ["--capability"],
        ["start.worker"] = ["--name"],
        ["states"] = ["--state"],
    };

    /// <summary>
    /// <c>filter["state"]</c> becomes <c>--filter["state"]</c>, <c>event_subscription.callback</c> <c>CALLBACK</c>; what stands in a file
    /// becomes a JSON Pointer. What the command has no option for stays.
    /// </summary>
    public static string Of(Command command, string field)
    {
        for (var end = field.Length; end > 0; end = field.AsSpan(0, end).LastIndexOfAny('.', '['))
        {
            var head = field[..end];
            if (Names.TryGetValue(head, out var names) && Array.Find(names, name => Has(command, name)) is { } found)
            {
                return found + field[end..];
            }
        }

        return FieldPath.ToJsonPointer(field);
    }

    private static bool Has(Command command, string name) =>
        CommandLine.Options(command).Any(option => option.Name == name) || command.Arguments.Any(argument => argument.Name == name);
}
