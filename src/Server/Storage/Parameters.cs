using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using System.Reflection;
using Dapper;
using ServiceOrdering.Query;

namespace ServiceOrdering.Server.Storage;

/// <summary>Named values of a statement whose names are not known when it is compiled; else an anonymous object does as well.</summary>
internal sealed class Parameters : SqlMapper.IDynamicParameters
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Members = new();

    private readonly List<(string Name, object? Value, Type Type)> _values = [];

    public static Parameters Of(string name, string? value) => new Parameters().With(name, value);

    public static Parameters Of(string name, long value) => new Parameters().With(name, value);

    /// <summary>The parameters of translated queries.</summary>
    public static Parameters Of(params IReadOnlyList<SqlParameter>[] translated)
    {
        var parameters = new Parameters();
        foreach (var (name, value) in translated.SelectMany(each => each))
            parameters.Add(name.TrimStart('@'), value, value.GetType());
        return parameters;
    }

    /// <summary>The members of an anonymous object.</summary>
    public static Parameters From(object? values)
    {
        var parameters = new Parameters();
        if (values is null)
            return parameters;
        foreach (var member in Members.GetOrAdd(values.GetType(), type => type.GetProperties()))
            parameters.Add(member.Name, member.GetValue(values), member.PropertyType);
        return parameters;
    }

    public Parameters With(string name, string? value) => Add(name, value, typeof(string));

    public Parameters With(string name, byte[] value) => Add(name, value, typeof(byte[]));

    public Parameters With(string name, long? value) => Add(name, value, typeof(long?));

    public Parameters With(string name, int? value) => Add(name, value, typeof(int?));

    /// <summary>The party of a statement that finds only what somebody sees.</summary>
    public Parameters With(Sight sight) => sight.Party is { } party ? With("party", party) : this;

    /// <summary>A value, null or not, and its type.</summary>
    public (object? Value, Type Type) Find(string name)
    {
        foreach (var (known, value, type) in _values)
        {
            if (known.AsSpan(1).SequenceEqual(name))
                return (value, type);
        }
        throw new InvalidOperationException($"The statement has a parameter @{name}, which it was given no value for.");
    }

    /// <summary>Gives a statement its values; one that has had values of these names keeps its parameters.</summary>
    public void Bind(DbCommand command)
    {
        var bound = command.Parameters;
        if (bound.Count != _values.Count)
            bound.Clear();
        for (var i = 0; i < _values.Count; i++)
        {
            var (name, value, _) = _values[i];
            if (bound.Count == i)
                Add(command, name, value);
            else if (bound[i].ParameterName == name)
                bound[i].Value = value ?? DBNull.Value;
            else
                throw new InvalidOperationException($"The values of one statement come in one order: {name} is not {bound[i].ParameterName}.");
        }
    }

    void SqlMapper.IDynamicParameters.AddParameters(IDbCommand command, SqlMapper.Identity identity)
    {
        foreach (var (name, value, _) in _values)
            Add(command, name, value);
    }

    private static void Add(IDbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
    }

    private Parameters Add(string name, object? value, Type type)
    {
        _values.Add(("@" + name, value, type));
        return this;
    }
}
