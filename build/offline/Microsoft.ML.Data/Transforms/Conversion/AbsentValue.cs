using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>How the types say that a value is missing: empty text, NaN, key 0; the others cannot say it.</summary>
internal static class AbsentValue
{
    public static bool IsMissing<T>(DataViewType type, T value) => (type, value) switch
    {
        (TextDataViewType, ReadOnlyMemory<char> text) => text.IsEmpty,
        (NumberDataViewType, float number) => float.IsNaN(number),
        (NumberDataViewType, double number) => double.IsNaN(number),
        (KeyDataViewType, _) => EqualityComparer<T>.Default.Equals(value, default),
        _ => false,
    };

    /// <summary>The missing value, or the default of a type that has none.</summary>
    public static T Of<T>() => typeof(T) == typeof(float) ? (T)(object)float.NaN : typeof(T) == typeof(double) ? (T)(object)double.NaN : default;
}
