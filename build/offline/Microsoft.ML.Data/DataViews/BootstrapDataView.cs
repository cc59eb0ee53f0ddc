using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Each row of the source as often as a Poisson variable of mean 1 says; the complement has the rows that it leaves out.</summary>
internal sealed class BootstrapDataView(IDataView source, int seed, bool complement) : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
        => new Cursor(source.GetRowCursor(columnsNeeded), ColumnSelection.Of(Schema, columnsNeeded), new SeededRandom(seed), complement);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
        => [GetRowCursor(columnsNeeded)];

    private sealed class Cursor(DataViewRowCursor input, bool[] active, SeededRandom random, bool complement) : FilterCursor(input, active)
    {
        private int _remaining;

        public override long Batch => 0;

        public override ValueGetter<DataViewRowId> GetIdGetter()
        {
            var get = Input.GetIdGetter();
            return (ref DataViewRowId id) =>
            {
                get(ref id);
                id = id.Combine(new DataViewRowId((ulong)_remaining, 0));
            };
        }

        protected override bool MoveNextCore()
        {
            while (_remaining == 0)
            {
                if (!Input.MoveNext())
                {
                    return false;
                }
                var count = Poisson();
                _remaining = complement ? (count == 0 ? 1 : 0) : count;
            }
            _remaining--;
            return true;
        }

        private int Poisson()
        {
            var count = 0;
            for (var product = random.NextDouble(); product > 1 / Math.E; product *= random.NextDouble())
            {
                count++;
            }
            return count;
        }
    }
}
