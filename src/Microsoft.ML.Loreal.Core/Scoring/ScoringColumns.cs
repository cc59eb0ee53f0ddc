using Microsoft.ML.Data;

namespace Microsoft.ML.Loreal.Scoring;

/// <summary>Which columns of the transformer's output are asked for, and what they need of its input.</summary>
internal sealed class ScoringColumns
{
    private readonly bool[] _active;

    public ScoringColumns(DataViewSchema input, DataViewSchema output, string imageColumnName, IEnumerable<DataViewSchema.Column> needed)
    {
        Input = input;
        Output = output;
        _active = new bool[output.Count];
        foreach (DataViewSchema.Column column in needed)
        {
            Check(column);
            _active[column.Index] = true;
        }

        Image = input[imageColumnName];
        PassedThrough = [.. input.Where(column => _active[column.Index])];
    }

    public DataViewSchema Input { get; }

    public DataViewSchema Output { get; }

    public DataViewSchema.Column Image { get; }

    /// <summary>The active columns that come from the input.</summary>
    public IReadOnlyList<DataViewSchema.Column> PassedThrough { get; }

    /// <summary>Whether one of the added columns is asked for; otherwise no image is even read.</summary>
    public bool Scoring => _active.AsSpan(Input.Count).Contains(true);

    /// <summary>Whether the features are asked for.</summary>
    public bool Features => FeatureIndex < Output.Count && _active[FeatureIndex];

    /// <summary>What the input must make active.</summary>
    public IEnumerable<DataViewSchema.Column> Dependencies =>
        Scoring && !_active[Image.Index] ? PassedThrough.Append(Image) : PassedThrough;

    private int PredictedLabelIndex => Input.Count;

    private int ScoreIndex => Input.Count + 1;

    private int FeatureIndex => Input.Count + 2;

    public bool IsActive(DataViewSchema.Column column)
    {
        Check(column);
        return _active[column.Index];
    }

    public bool IsFromInput(DataViewSchema.Column column) => column.Index < Input.Count;

    /// <summary>The getter of an added column over a function that gives the current row's scores.</summary>
    public ValueGetter<TValue> ScoreGetter<TValue>(DataViewSchema.Column column, Func<RowScore> current)
    {
        Delegate getter = column.Index == PredictedLabelIndex
            ? (ValueGetter<uint>)((ref uint value) => current().GetPredictedLabel(ref value))
            : column.Index == ScoreIndex
                ? (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => current().GetScores(ref value))
                : (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => current().GetFeatures(ref value));
        return Typed<TValue>(column, getter);
    }

    /// <summary>Throws unless the column is one of the output's and active.</summary>
    public void CheckActive(DataViewSchema.Column column)
    {
        if (!IsActive(column))
        {
            throw new ArgumentOutOfRangeException(
                nameof(column), column.Name, $"The column '{column.Name}' is not active in this cursor; name it among the columns needed.");
        }
    }

    public static ValueGetter<TValue> Typed<TValue>(DataViewSchema.Column column, Delegate getter) => getter as ValueGetter<TValue>
        ?? throw new InvalidOperationException(
            $"The column '{column.Name}' of the type {column.Type} has no values of the type {typeof(TValue)}.");

    private void Check(DataViewSchema.Column column)
    {
        if (column.Index >= Output.Count || Output[column.Index].Name != column.Name)
        {
            throw new ArgumentOutOfRangeException(nameof(column), column.Name, $"The column '{column.Name}' is not of this schema.");
        }
    }
}
