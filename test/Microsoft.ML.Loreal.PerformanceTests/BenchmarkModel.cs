using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>The sizes that are measured, with seeded random weights: time does not depend on what the weights are.</summary>
/// <param name="Name">For the tables.</param>
/// <param name="Config">The sizes.</param>
/// <param name="LowResolution">phi.</param>
internal sealed record BenchmarkModel(string Name, ClipConfig Config, int LowResolution)
{
    public const string VitB16Name = "ViT-B/16";
    public const string DefaultName = "default";
    public const string SmallName = "small";

    private const int HeadWidth = 64;

    public static BenchmarkModel VitB16 { get; } = new(
        VitB16Name,
        PublishedSizes.VitB16,
        96);

    public static BenchmarkModel Default { get; } = new(
        DefaultName, ClipBackbone.Default.Config, 6 * ClipBackbone.Default.Config.PatchSize);

    /// <summary>For what is not about its time.</summary>
    public static BenchmarkModel Small { get; } = new(
        SmallName,
        TinyClip.Config with { VisionWidth = 64, VisionHeads = 1, TextWidth = 64, TextHeads = 1, EmbedDimension = 32 },
        2 * TinyClip.Patch);

    /// <summary>Attributes of one token each in the vocabulary that comes with the sizes.</summary>
    public IReadOnlyList<string>? Attributes => this == Default ? new LorealTrainer.Options().Attributes : ["c", "s", "z", "t", "o"];

    public static IReadOnlyList<BenchmarkModel> All { get; } = [VitB16, Default];

    public static BenchmarkModel Named(string name) => name switch
    {
        VitB16Name => VitB16,
        DefaultName => Default,
        SmallName => Small,
        _ => throw new ArgumentException($"'{name}' is none of the sizes {VitB16Name}, {DefaultName} and {SmallName}.", nameof(name)),
    };

    /// <summary>Both towers of one width, four blocks each, and as many patches as <see cref="VitB16"/>.</summary>
    public static BenchmarkModel OfWidth(int width) => new(
        $"width {width}",
        VitB16.Config with
        {
            VisionWidth = width,
            VisionHeads = width / HeadWidth,
            VisionLayers = 4,
            TextWidth = width,
            TextHeads = width / HeadWidth,
            TextLayers = 4,
            EmbedDimension = width,
        },
        VitB16.LowResolution);

    public ClipModel Create(ComputePrecision precision = ComputePrecision.Single)
    {
        using DisposeScope scope = NewDisposeScope();
        var shapes = ClipWeightNames.OpenAI(Config).ToDictionary(w => w.Name, w => w.Shape);
        manual_seed(1);
        return new ClipModel(Config, BenchmarkDevice.Current, name => Weight(name, shapes[name]), precision);
    }

    /// <summary>The backbone that comes with the package, or one of these sizes that is written into a folder.</summary>
    public ClipBackbone Backbone(string folder) => this == Default ? ClipBackbone.Default : Write(folder);

    /// <summary>Writes a folder with these weights and a vocabulary of single bytes, for what needs a whole backbone.</summary>
    public ClipBackbone Write(string folder)
    {
        ClipConfig config = Config with { VocabularySize = TinyClip.VocabularySize };
        manual_seed(1);
        return TinyClip.Write(
            folder, config, ClipWeightNames.OpenAI(config).Select(weight => (weight.Name, Weight(weight.Name, weight.Shape))));
    }

    /// <summary>Random pixels at a side, [B, 3, side, side].</summary>
    public static Tensor Pixels(int images, int side) => randn(images, 3, side, side, device: BenchmarkDevice.Current);

    /// <summary>A weight of which signals neither die nor blow up.</summary>
    internal static Tensor Weight(string name, long[] shape)
    {
        if (name == "logit_scale")
        {
            return tensor(MathF.Log(100));
        }

        double deviation = shape.Length == 1 ? 0.02
            : name.Contains("embedding", StringComparison.Ordinal) ? 0.05
            : 1 / Math.Sqrt(shape[1..].Aggregate(1L, (a, b) => a * b));
        Tensor values = randn(shape).mul_(deviation);
        return name.Contains("ln_", StringComparison.Ordinal) && name.EndsWith("weight", StringComparison.Ordinal)
            ? values.add_(1)
            : values;
    }
}
