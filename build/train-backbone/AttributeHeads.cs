using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.TrainBackbone;

/// <summary>
/// Helpers that exist only while training: linear layers that predict the attributes, one from every token inside the object and one
/// from the class token. Without them shapes are learned many times more slowly.
/// </summary>
internal sealed class AttributeHeads : nn.Module
{
    private readonly ClipConfig _config;
    private readonly Linear tokens;
    private readonly Linear whole;

    internal AttributeHeads(ClipConfig config)
        : base(nameof(AttributeHeads))
    {
        _config = config;
        int values = AttributeWords.All.Sum(a => a.Values.Count);
        tokens = nn.Linear(config.VisionWidth, values);
        whole = nn.Linear(config.VisionWidth, values);
        RegisterComponents();
    }

    /// <summary>
    /// The losses of the two heads. <paramref name="output"/> is [n, 1 + seen, width], <paramref name="seen"/> [n, seen],
    /// <paramref name="truth"/> [n, 5], <paramref name="places"/> [n, 3].
    /// </summary>
    internal (Tensor Tokens, Tensor Whole) Losses(Tensor output, Tensor seen, Tensor truth, Tensor places)
    {
        (long n, long count) = (seen.shape[0], seen.shape[1]);
        double half = _config.Grid / 2.0;
        // Centers of the patches from -1 to 1.
        Tensor x = ((seen.remainder(_config.Grid).to(ScalarType.Float32) + 0.5) / half) - 1;
        Tensor y = ((seen.div(_config.Grid, RoundingMode.floor).to(ScalarType.Float32) + 0.5) / half) - 1;
        (Tensor dx, Tensor dy) = (x - places.narrow(1, 0, 1), y - places.narrow(1, 1, 1));
        Tensor inside = ((dx * dx) + (dy * dy)).sqrt() < places.narrow(1, 2, 1);
        // [n, seen] -> indices into [n * seen]
        Tensor rows = inside.reshape(-1).nonzero().reshape(-1);
        Tensor ofObject = output.narrow(1, 1, count).reshape(n * count, -1).index_select(0, rows);
        Tensor owners = rows.div(count, RoundingMode.floor);
        Tensor tokenLoss = Loss(tokens.call(ofObject), truth.index_select(0, owners));
        return (tokenLoss, Loss(whole.call(output.select(1, 0)), truth));
    }

    /// <summary>
    /// Cross-entropies of the five attributes, [n, values of all attributes] against [n, 5]; shape, the hardest, counts twice.
    /// </summary>
    internal static Tensor Loss(Tensor logits, Tensor truth)
    {
        Tensor total = zeros([]);
        long start = 0L;
        for (int k = 0; k < AttributeWords.All.Count; k++)
        {
            int count = AttributeWords.All[k].Values.Count;
            double weight = AttributeWords.All[k] == AttributeWords.Shape ? 2.0 : 1.0;
            total = total + (nn.functional.cross_entropy(logits.narrow(1, start, count), truth.select(1, k)) * weight);
            start += count;
        }
        return total;
    }
}
