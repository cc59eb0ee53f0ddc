using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Clip;

[TestClass]
public sealed class MultiHeadAttentionTests
{
    /// <summary>
    /// In bfloat16 a processor attends in another way than in single precision; values and gradients differ by rounding alone.
    /// </summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void AttentionInBFloat16IsThatOfSinglePrecision(bool masked)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(1);
        // Queries [2, 3, 5, 8], keys and values [2, 3, 7, 8], all numbers that bfloat16 has; the mask hides every query's last keys.
        Tensor[] inputs =
            [.. new long[] { 5, 7, 7 }.Select(tokens => randn([2, 3, tokens, 8], ScalarType.Float32).to(ScalarType.BFloat16))];
        Tensor slope = randn([2, 5, 24], ScalarType.Float32).to(ScalarType.BFloat16);
        Tensor? mask = masked ? full([5, 7], float.NegativeInfinity, ScalarType.Float32).triu_(2) : null;
        Tensor[] expected = Results(ScalarType.Float32);
        Tensor[] actual = Results(ScalarType.BFloat16);
        foreach ((Tensor one, Tensor other) in expected.Zip(actual))
        {
            Assert.AreEqual(ScalarType.BFloat16, other.dtype);
            Assert.AreEqual(string.Join(",", one.shape), string.Join(",", other.shape));
            // Scores, weights and results are rounded one after the other, each by at most 1 / 256 of its size.
            Tensor difference = one - other.to(ScalarType.Float32);
            Assert.IsLessThanOrEqualTo(4.0 / 256, (difference.norm() / one.norm()).item<float>());
        }

        Tensor[] Results(ScalarType type)
        {
            Tensor[] leaves = Array.ConvertAll(inputs, input => input.to(type).detach().clone().requires_grad_(true));
            Tensor attended = MultiHeadAttention.Attend(leaves[0], leaves[1], leaves[2], mask);
            attended.backward([slope.to(type)]);
            return [attended.detach(), .. leaves.Select(leaf => leaf.grad!)];
        }
    }
}
