using System.Globalization;
using System.Numerics;

namespace Microsoft.ML.Loreal.Checks;

/// <summary>
/// What options are checked with. Every message names the option, what was found and what is expected.
/// </summary>
internal static class OptionChecks
{
    /// <summary>Checks that a value is one of an enumeration's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static void Defined<TEnum>(TEnum value, string option)
        where TEnum : struct, Enum => Check(Enum.IsDefined(value), option, value, $"one of {string.Join(", ", Enum.GetNames<TEnum>())}");

    /// <summary>Checks a number of things.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are too few.</exception>
    public static void AtLeast(int value, int least, string option) => Check(value >= least, option, value, $"at least {least}");

    /// <summary>Checks a weight or a rate.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative, infinite or not a number.</exception>
    public static void FiniteAndNotNegative<T>(T value, string option)
        where T : INumber<T> => Check(T.IsFinite(value) && value >= T.Zero, option, value, "a finite number, 0 or more");

    /// <summary>Checks anything else.</summary>
    /// <param name="valid">Whether the value can be used.</param>
    /// <param name="option">The name of the option.</param>
    /// <param name="value">Its value.</param>
    /// <param name="expected">What "it must be".</param>
    /// <exception cref="ArgumentOutOfRangeException">The value cannot be used.</exception>
    public static void Check(bool valid, string option, object value, string expected)
    {
        if (!valid)
        {
            throw new ArgumentOutOfRangeException(
                option, value, string.Create(CultureInfo.InvariantCulture, $"{option} is {value}; it must be {expected}."));
        }
    }

    /// <summary>Checks the name of a column.</summary>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public static void ColumnName(string? name, string option)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw new ArgumentException($"{option} is empty; it must name a column.", option);
        }
    }

    /// <summary>Checks the path of a folder that is made where it is missing. Nothing is created yet.</summary>
    /// <exception cref="ArgumentException">It is empty, or it or what should hold it is a file.</exception>
    public static void Folder(string? path, string option)
    {
        if (path is null)
        {
            return;
        }

        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0'))
        {
            throw new ArgumentException($"{option} is '{path}', which is no path; give the path of a folder.", option);
        }

        for (string? part = Path.GetFullPath(path); part is not null && !Directory.Exists(part); part = Path.GetDirectoryName(part))
        {
            if (File.Exists(part))
            {
                throw new ArgumentException(
                    $"{option} is '{path}', and '{part}' is a file; give the path of a folder, which is made where it is missing.", option);
            }
        }
    }
}
