using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Robustness;

[TestClass]
public sealed class DeviceMemoryTests
{
    // 4 PB.
    private const long TooMany = 1L << 50;

    [TestMethod]
    public void AFullDeviceIsExplained()
    {
        var ml = new MLContext(1);
        LorealTrainer.Options options = Trained.Options();
        options.MetricsCallback = _ => zeros([TooMany]).Dispose();
        LorealTrainer trainer = ml.MulticlassClassification.Trainers.Loreal(options);
        InvalidOperationException error = Assert.ThrowsExactly<InvalidOperationException>(() => trainer.Fit(Trained.Prepared(ml)));
        StringAssert.Contains(error.Message, "The memory of the device cpu is used up");
        StringAssert.Contains(error.Message, "smaller batch");
        Assert.IsNotNull(error.InnerException);
    }

    [TestMethod]
    public void OtherErrorsOfTheTensorLibraryAreLeftAlone()
    {
        using DisposeScope scope = NewDisposeScope();
        ExternalException error = Assert.Throws<ExternalException>(() => ones(2, 3) + ones(4, 5));
        Assert.IsFalse(DeviceMemory.IsUsedUp(error), error.Message);
        Assert.IsTrue(DeviceMemory.IsUsedUp(Assert.Throws<ExternalException>(() => zeros([TooMany]))));
    }

    [TestMethod]
    [TestCategory("Cuda")]
    public void AFullGpuIsRecognized()
    {
        if (!cuda.is_available())
        {
            Assert.Inconclusive("This machine has no GPU, or a libtorch that knows none.");
        }

        ExternalException error = Assert.Throws<ExternalException>(() => zeros([TooMany], device: CUDA));
        Assert.IsTrue(DeviceMemory.IsUsedUp(error), error.Message);
    }
}
