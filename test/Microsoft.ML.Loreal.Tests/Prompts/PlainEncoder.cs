using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>The text pass as it is published: every prompt of every image on its own.</summary>
internal static class PlainEncoder
{
    /// <summary>As <see cref="SharedPrefixEncoder.Encode"/>.</summary>
    public static Tensor Encode(TextTransformer text, PromptParts parts)
    {
        (long images, long prefixLength, long width) = (parts.Prefix.shape[0], parts.Prefix.shape[1], parts.Prefix.shape[2]);
        (long classes, long suffixLength) = (parts.Suffix.shape[0], parts.Suffix.shape[1]);
        Tensor prompts = cat(
            [
                parts.Prefix.unsqueeze(1).expand(images, classes, prefixLength, width),
                parts.Suffix.unsqueeze(0).expand(images, classes, suffixLength, width),
            ],
            2).reshape(images * classes, prefixLength + suffixLength, width);
        Tensor ends = (parts.End + prefixLength).repeat(images);
        return text.Forward(prompts, ends).reshape(images, classes, -1);
    }
}
