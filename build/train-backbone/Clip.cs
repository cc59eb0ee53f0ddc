using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.TrainBackbone;

/// <summary>Both towers and the logit scale.</summary>
internal sealed class Clip : nn.Module
{
    internal const int ContextLength = 77;

    private const int Width = 128;
    private const int HeadWidth = 64; // openai's rule

#pragma warning disable IDE1006 // The names are those of openai's checkpoints.
    internal readonly VisionTower visual;
    internal readonly TextTower text;
    internal readonly Parameter logit_scale;
#pragma warning restore IDE1006

    internal Clip(int vocabularySize)
        : base(nameof(Clip))
    {
        Config = new ClipConfig
        {
            ImageResolution = Painter.Side,
            PatchSize = 8,
            VisionWidth = Width,
            VisionHeads = Width / HeadWidth,
            VisionLayers = 5,
            TextWidth = Width,
            TextHeads = Width / HeadWidth,
            TextLayers = 3,
            EmbedDimension = 128,
            ContextLength = ContextLength,
            VocabularySize = vocabularySize,
        };
        visual = new VisionTower(Config);
        text = new TextTower(Config);
        logit_scale = nn.Parameter(tensor((float)Math.Log(1 / 0.07)));
        RegisterComponents();
    }

    internal ClipConfig Config { get; }

    /// <summary>
    /// Pictures from 0 to 1, [n, 3, side, side], as CLIP wants them: minus the mean, by the standard deviation of its training pictures.
    /// </summary>
    internal static Tensor Normalize(Tensor pictures)
    {
        // [3] -> [1, 3, 1, 1]
        Tensor mean = tensor(ImageProcessor.ClipMean.ToArray(), ScalarType.Float32).reshape(1, 3, 1, 1);
        Tensor deviation = tensor(ImageProcessor.ClipDeviation.ToArray(), ScalarType.Float32).reshape(1, 3, 1, 1);
        return (pictures - mean) / deviation;
    }
}
