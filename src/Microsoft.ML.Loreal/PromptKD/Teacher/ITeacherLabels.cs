using Microsoft.ML.Loreal.Images;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PromptKD.Teacher;

/// <summary>Which views of the images the epochs show, and what the teacher says about them.</summary>
internal interface ITeacherLabels : IDisposable
{
    /// <summary>The stage that the epochs belong to, PromptKD's only one.</summary>
    const int Stage = 1;

    /// <summary>Makes the views of an epoch available.</summary>
    void BeginEpoch(int epoch, CancellationToken cancel);

    /// <summary>What an epoch shows of an image. Called by several threads at once.</summary>
    ImageRegion Region(int epoch, int image, RgbImage picture);

    /// <summary>The teacher's probabilities for what an epoch shows of some images.</summary>
    /// <returns>[B, C], at the temperature of the training.</returns>
    Tensor Probabilities(int epoch, int[] images);
}
