using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Training;

[TestClass]
public sealed class LorealLossesTests
{
    [TestMethod]
    [DataRow(0f)]
    [DataRow(1e-12f)]
    [DataRow(1e-4f)]
    public void VectorsNearZeroGetBoundedGradients(float length)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor high = (RandomTensors.Normal(new Random(1), 1, CPU, 3, 5, 8) * length).requires_grad_(true);
        Tensor low = (RandomTensors.Normal(new Random(2), 1, CPU, 3, 5, 8) * length).requires_grad_(true);
        Tensor loss = LorealLosses.LowLevelDistillation(high, low, 1);
        loss.backward();
        Assert.AreEqual(Math.Log(5), loss.item<float>(), 1e-3);
        Assert.IsTrue(high.grad!.isfinite().all().item<bool>());
        Assert.IsLessThan(10f, high.grad!.abs().max().item<float>());
        Assert.IsLessThan(10f, low.grad!.abs().max().item<float>());
    }

    [TestMethod]
    public void AlphaIsNotTaught()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor alpha = RandomTensors.Normal(new Random(1), 1, CPU, 3, 4).requires_grad_(true);
        Tensor beta = RandomTensors.Normal(new Random(2), 1, CPU, 3, 4).requires_grad_(true);
        LorealLosses.HighLevelDistillation(alpha, beta, 2).backward();
        Assert.IsNull(alpha.grad);
        Assert.IsNotNull(beta.grad);
    }

    [TestMethod]
    public void EqualPredictionsCostNothing()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = RandomTensors.Normal(new Random(1), 3, CPU, 3, 4);
        Assert.AreEqual(0, LorealLosses.HighLevelDistillation(logits, logits + 5, 2).item<float>(), 1e-5);
    }
}
