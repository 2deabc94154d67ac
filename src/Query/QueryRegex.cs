using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace ServiceOrdering.Query;

/// <summary>
/// Regular expressions of clients: matched in time linear in the text, anchored nowhere, never backtracking. A character is
/// a Unicode code point. What cannot mean the same in memory and in every database is refused: a character above U+FFFF
/// within brackets, <c>\B</c>, a number after a backslash, <c>[:</c> within brackets, and what is too large with its
/// repetitions written out: 2000 characters, 300 parts that may be absent or repeated, or 10 assertions. The storage
/// registers <see cref="IsMatch(string, string?)"/> in each SQLite connection under <see cref="FunctionName"/>:
/// <c>connection.CreateFunction&lt;string, string?, bool&gt;(QueryRegex.FunctionName, QueryRegex.IsMatch, isDeterministic: true)</c>.
/// </summary>
public static partial class QueryRegex
{
    /// <summary>The SQL function that translated filters call, with the pattern first.</summary>
    public const string FunctionName = "regexp_match";

    /// <summary>How long one match may take. A text that takes longer does not match.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private const int CacheSize = 256;

    private static readonly ConcurrentDictionary<string, (Regex Regex, string Postgres)> Cache = new(StringComparer.Ordinal);

    /// <summary>Whether the pattern occurs in the text; false for a null text.</summary>
    /// <exception cref="ArgumentException">The pattern did not come from a parsed filter and is not valid.</exception>
    public static bool IsMatch(string pattern, string? value) => value is not null && IsMatch(Compile(pattern).Regex, value);

    /// <summary>The pattern as PostgreSQL writes it.</summary>
    internal static string ForPostgres(string pattern) => Compile(pattern).Postgres;

    internal static bool IsMatch(Regex regex, string value)
    {
        // SQLite hands a text to a function up to its first U+0000; in memory it is the same.
        var text = value.AsSpan();
        var end = text.IndexOf('\0');
        try
        {
            return regex.IsMatch(end < 0 ? text : text[..end]);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    /// <summary>Compiles a pattern, or says in words why it cannot be used.</summary>
    internal static Regex? TryCompile(string pattern, out string problem)
    {
        problem = "";
        if (pattern.Length > QueryLimits.PatternLength)
        {
            problem = $"is longer than {QueryLimits.PatternLength} characters";
            return null;
        }

        try
        {
            return Compile(pattern).Regex;
        }
        catch (PatternException e)
        {
            problem = e.Message;
        }
        catch (RegexParseException e)
        {
            problem = $"is not valid at position {e.Offset}: {e.Error}";
        }
        catch (NotSupportedException e)
        {
            var construct = QuotedConstruct().Match(e.Message);
            problem = construct.Success
                ? $"uses a construct that linear-time matching does not have: {construct.Groups[1].Value}"
                : "is too large for linear-time matching";
        }

        return null;
    }

    private static (Regex Regex, string Postgres) Compile(string pattern)
    {
        if (Cache.TryGetValue(pattern, out var known))
        {
            return known;
        }

        if (Cache.Count >= CacheSize)
        {
            Cache.Clear();
        }

        return Cache.GetOrAdd(pattern, static text =>
        {
            var regex = Linear(text);
            var portable = PatternTranslation.Translate(text);
            return (portable.DotNet == text ? regex : Linear(portable.DotNet), portable.Postgres);
        });

        static Regex Linear(string text) => new(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Timeout);
    }

    [GeneratedRegex("containing: '(.+)'")]
    private static partial Regex QuotedConstruct();
}
