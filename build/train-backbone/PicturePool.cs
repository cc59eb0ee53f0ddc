using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.TrainBackbone;

/// <summary>
/// The latest pictures, kept to be used again with other captions: drawing half of each batch anew makes every picture serve twice.
/// </summary>
internal sealed class PicturePool : IDisposable
{
    private readonly int _batch;
    private readonly int _capacity;
    private readonly Tensor _pictures;
    private readonly Tensor _places;
    private readonly Thing[] _things;
    private int _next;
    private int _filled;

    internal PicturePool(int batch, int capacity)
    {
        _batch = batch;
        _capacity = capacity;
        _pictures = empty([capacity, 3, Painter.Side, Painter.Side], ScalarType.Byte).DetachFromDisposeScope();
        _places = empty([capacity, 3]).DetachFromDisposeScope();
        _things = new Thing[capacity];
    }

    /// <summary>The next batch: pictures [batch, 3, 112, 112] from 0 to 1, places [batch, 3].</summary>
    internal (Tensor Pictures, Tensor Places, Thing[] Things) Next(Random random, Generator generator)
    {
        // The first batches are all new, until there is something to choose from.
        int fresh = _filled < 4 * _batch ? _batch : _batch / 2;
        Thing[] things = Enumerable.Range(0, fresh).Select(_ => Thing.Sample(random)).ToArray();
        (Tensor drawn, Tensor where) = Painter.Paint(things, generator);
        long[] rows = Enumerable.Range(0, fresh).Select(i => (long)((_next + i) % _capacity)).ToArray();
        _pictures.index_copy_(0, tensor(rows), Painter.ToBytes(drawn));
        _places.index_copy_(0, tensor(rows), where);
        for (int i = 0; i < fresh; i++)
        {
            _things[rows[i]] = things[i];
        }
        _next = (_next + fresh) % _capacity;
        _filled = Math.Min(_capacity, _filled + fresh);

        long[] chosen = rows.Concat(Enumerable.Range(0, _batch - fresh).Select(_ => (long)random.Next(_filled))).ToArray();
        Tensor index = tensor(chosen);
        return (
            _pictures.index_select(0, index).to(ScalarType.Float32) / 255, _places.index_select(0, index),
            chosen.Select(i => _things[i]).ToArray());
    }

    public void Dispose()
    {
        _pictures.Dispose();
        _places.Dispose();
    }
}
