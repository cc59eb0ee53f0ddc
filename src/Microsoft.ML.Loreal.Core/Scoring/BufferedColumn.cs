using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Scoring;

/// <summary>The values of one input column over the rows that a cursor has read ahead.</summary>
internal abstract class BufferedColumn
{
    private static readonly MethodInfo _create = typeof(BufferedColumn).GetMethod(
        nameof(Create), BindingFlags.Static | BindingFlags.NonPublic)!;
    private static readonly MethodInfo _createVector = typeof(BufferedColumn).GetMethod(
        nameof(CreateVector), BindingFlags.Static | BindingFlags.NonPublic)!;

    /// <summary>
    /// Whether values of the type can be kept and copied without knowing more about them: plain values and vectors of them.
    /// </summary>
    public static bool CanKeep(DataViewType type) => type is PrimitiveDataViewType or VectorDataViewType;

    public static BufferedColumn Of(DataViewRow input, DataViewSchema.Column column, int rows)
    {
        MethodInfo method = column.Type is VectorDataViewType vector
            ? _createVector.MakeGenericMethod(vector.ItemType.RawType)
            : _create.MakeGenericMethod(column.Type.RawType);
        return (BufferedColumn)method.Invoke(null, [input, column, rows])!;
    }

    /// <summary>Keeps the value of the input's current row.</summary>
    public abstract void Keep(int slot);

    /// <summary>A getter of the kept value of the slot that the function names.</summary>
    public abstract Delegate Getter(Func<int> slot);

    private static BufferedColumn Create<T>(DataViewRow input, DataViewSchema.Column column, int rows) =>
        new Plain<T>(input.GetGetter<T>(column), rows);

    private static BufferedColumn CreateVector<T>(DataViewRow input, DataViewSchema.Column column, int rows) =>
        new Vector<T>(input.GetGetter<VBuffer<T>>(column), rows);

    private sealed class Plain<T>(ValueGetter<T> source, int rows) : BufferedColumn
    {
        private readonly T[] _values = new T[rows];

        public override void Keep(int slot) => source(ref _values[slot]);

        public override Delegate Getter(Func<int> slot) => (ValueGetter<T>)((ref T value) => value = _values[slot()]);
    }

    private sealed class Vector<T>(ValueGetter<VBuffer<T>> source, int rows) : BufferedColumn
    {
        private readonly VBuffer<T>[] _values = new VBuffer<T>[rows];

        public override void Keep(int slot) => source(ref _values[slot]);

        public override Delegate Getter(Func<int> slot) =>
            (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[slot()].CopyTo(ref value));
    }
}
