using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Prompts;

/// <summary>CLIP's comparison of images with prompts.</summary>
internal static class Classifier
{
    /// <summary>Features divided by their length, over the last axis.</summary>
    public static Tensor Normalize(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        return (features / features.norm(-1, keepdim: true)).MoveToOuterDisposeScope();
    }

    /// <summary>Scaled cosines.</summary>
    /// <param name="image">[B, J], normalized.</param>
    /// <param name="text">[B, C, J], or [1, C, J] where the prompts are the same for all images; not normalized.</param>
    /// <param name="logitScale">exp(logit_scale).</param>
    /// <returns>[B, C].</returns>
    public static Tensor Logits(Tensor image, Tensor text, float logitScale)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor classes = Normalize(text);
        Tensor cosines = text.shape[0] == 1
            ? image.matmul(classes.squeeze(0).transpose(0, 1))    // [B, J] x [J, C]
            : classes.matmul(image.unsqueeze(2)).squeeze(2);      // [B, C, J] x [B, J, 1] -> [B, C]
        return (cosines * logitScale).MoveToOuterDisposeScope();
    }
}
