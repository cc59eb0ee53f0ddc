using System.Collections;

namespace Microsoft.ML.Internal.Utilities;

/// <summary>One string of a model's string table; equal strings share an entry, numbered in order of arrival.</summary>
internal sealed class NormStr
{
    public readonly ReadOnlyMemory<char> Value;
    public readonly int Id;

    private NormStr(ReadOnlyMemory<char> value, int id)
    {
        Value = value;
        Id = id;
    }

    public sealed class Pool : IEnumerable<NormStr>
    {
        private readonly Dictionary<string, NormStr> _byText = new(StringComparer.Ordinal);
        private readonly List<NormStr> _inOrder = [];

        public int Count => _inOrder.Count;

        public NormStr Add(string str)
        {
            str ??= "";
            if (!_byText.TryGetValue(str, out var entry))
            {
                entry = new NormStr(str.AsMemory(), _inOrder.Count);
                _byText.Add(str, entry);
                _inOrder.Add(entry);
            }
            return entry;
        }

        public NormStr Add(ReadOnlyMemory<char> str) => Get(str) ?? Add(str.ToString());

        public NormStr Get(string str) => _byText.GetValueOrDefault(str ?? "");

        public NormStr Get(ReadOnlyMemory<char> str)
            => _byText.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(str.Span, out var entry) ? entry : null;

        public NormStr GetNormStrById(int id) => _inOrder[id];

        public IEnumerator<NormStr> GetEnumerator() => _inOrder.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
