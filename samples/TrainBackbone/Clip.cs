using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Samples.TrainBackbone;

/// <summary>Both towers and the logit scale.</summary>
internal sealed class Clip : nn.Module
{
#pragma warning disable IDE1006 // The names are those of openai's checkpoints.
    internal readonly VisionTower visual;
    internal readonly TextTower text;
    internal readonly Parameter logit_scale;
#pragma warning restore IDE1006

    internal Clip(ModelSize size)
        : base(nameof(Clip))
    {
        Size = size;
        visual = new VisionTower(size);
        text = new TextTower(size);
        logit_scale = nn.Parameter(tensor((float)Math.Log(1 / 0.07)));
        RegisterComponents();
    }

    internal ModelSize Size { get; }

    /// <summary>Pictures from 0 to 1 as CLIP wants them: minus the mean, by the standard deviation of its training pictures.</summary>
    internal static Tensor Normalize(Tensor pictures)
    {
        Tensor mean = tensor(new[] { 0.48145466f, 0.4578275f, 0.40821073f }).reshape(1, 3, 1, 1);
        Tensor deviation = tensor(new[] { 0.26862954f, 0.26130258f, 0.27577711f }).reshape(1, 3, 1, 1);
        return (pictures - mean) / deviation;
    }
}
