namespace Grpc.Core.Utils;

/// <summary>Checks of arguments and state.</summary>
public static class GrpcPreconditions
{
    /// <summary>Demands that a condition on an argument holds.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static void CheckArgument(bool condition)
    {
        if (!condition)
        {
            throw new ArgumentException("");
        }
    }

    /// <summary>Demands that a condition on an argument holds.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static void CheckArgument(bool condition, string errorMessage)
    {
        if (!condition)
        {
            throw new ArgumentException(errorMessage);
        }
    }

    /// <summary>Demands that a reference is not null, and gives it back.</summary>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    public static T CheckNotNull<T>(T reference) => reference ?? throw new ArgumentNullException(nameof(reference));

    /// <summary>Demands that an argument is not null, and gives it back.</summary>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    public static T CheckNotNull<T>(T reference, string paramName) =>
        reference ?? throw new ArgumentNullException(paramName);

    /// <summary>Demands that a condition on an object's state holds.</summary>
    /// <exception cref="InvalidOperationException">It does not.</exception>
    public static void CheckState(bool condition)
    {
        if (!condition)
        {
            throw new InvalidOperationException();
        }
    }

    /// <summary>Demands that a condition on an object's state holds.</summary>
    /// <exception cref="InvalidOperationException">It does not.</exception>
    public static void CheckState(bool condition, string errorMessage)
    {
        if (!condition)
        {
            throw new InvalidOperationException(errorMessage);
        }
    }
}
