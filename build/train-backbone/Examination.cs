using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.TrainBackbone;

/// <summary>How well the model knows things that it was not trained for: pictures of the 48 classes, made once.</summary>
internal sealed class Examination : IDisposable
{
    private const int Batch = 128;

    /// <summary>The sides at which pictures are shown: 14, 12, 9 and 6 patches.</summary>
    internal static readonly int[] Sides = [112, 96, 72, 48];

    private readonly Tensor _pictures;
    private readonly long[] _classes;
    private readonly Thing[] _things;

    internal Examination(int perClass, int seed)
    {
        using DisposeScope scope = NewDisposeScope();
        var random = new Random(seed);
        _classes = Enumerable.Range(0, ThingClass.All.Count).SelectMany(c => Enumerable.Repeat((long)c, perClass)).ToArray();
        _things = _classes.Select(c => ThingClass.All[(int)c].Sample(random)).ToArray();
        Tensor[] parts = _things.Chunk(Batch).Select((chunk, i) => World.Render(chunk, seed + i)).ToArray();
        _pictures = cat(parts, 0).DetachFromDisposeScope();
    }

    /// <summary>The percentage of pictures whose class "a photo of a NAME ." finds among all 48.</summary>
    internal double ZeroShot(Clip model, Vocabulary vocabulary, int side)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        long[][] prompts = World.Classes.Select(name => vocabulary.Encode($"a photo of a {name} .")).ToArray();
        return Accuracy(Features(model, side), model.text.Forward(prompts), _classes);
    }

    /// <summary>The same among the 24 base classes for their pictures, and among the 24 new ones for theirs.</summary>
    internal (double Base, double New) ZeroShotByHalf(Clip model, Vocabulary vocabulary, int side)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        long[][] prompts = World.Classes.Select(name => vocabulary.Encode($"a photo of a {name} .")).ToArray();
        (Tensor features, Tensor text) = (Features(model, side), model.text.Forward(prompts));
        (int half, int ofBase) = (World.BaseClassCount, _classes.Count(c => c < World.BaseClassCount));
        return (
            Accuracy(features.narrow(0, 0, ofBase), text.narrow(0, 0, half), _classes[..ofBase]),
            Accuracy(
                features.narrow(0, ofBase, _classes.Length - ofBase), text.narrow(0, half, half),
                _classes[ofBase..].Select(c => c - half).ToArray()));
    }

    /// <summary>For each attribute, the percentage of pictures whose value its own prompts find ("a red shape", "a star").</summary>
    internal double[] Attributes(Clip model, Vocabulary vocabulary, int side)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Tensor features = Features(model, side);
        Tensor text = model.text.Forward(AttributePrompts.All.Select(vocabulary.Encode).ToArray());
        double[] result = new double[AttributeWords.All.Count];
        int start = 0;
        for (int k = 0; k < result.Length; k++)
        {
            int count = AttributeWords.All[k].Values.Count;
            result[k] = Accuracy(features, text.narrow(0, start, count), _things.Select(t => (long)t[k]).ToArray());
            start += count;
        }
        return result;
    }

    public void Dispose() => _pictures.Dispose();

    private Tensor Features(Clip model, int side)
    {
        var parts = new List<Tensor>();
        for (int i = 0; i < _classes.Length; i += Batch)
        {
            using DisposeScope part = NewDisposeScope();
            Tensor pictures = _pictures.narrow(0, i, Math.Min(Batch, _classes.Length - i)).to(ScalarType.Float32) / 255;
            if (side != Painter.Side)
            {
                pictures = nn.functional.interpolate(
                    pictures, [side, side], mode: InterpolationMode.Bicubic, align_corners: false, antialias: true).clamp(0, 1);
            }
            parts.Add(model.visual.Forward(Clip.Normalize(pictures)).Features.MoveToOuterDisposeScope());
        }
        return cat(parts, 0);
    }

    private static double Accuracy(Tensor features, Tensor text, long[] truth) =>
        100 * features.matmul(text.t()).argmax(1).eq(tensor(truth)).to(ScalarType.Float32).mean().ToDouble();
}
