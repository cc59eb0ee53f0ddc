using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.TrainBackbone;

/// <summary>Trains the backbone. Everything that is random at a step follows from the seed and the step's number.</summary>
internal sealed class Trainer : IDisposable
{
    private const int Batch = 64;
    private const int PoolCapacity = 8192;
    private const double PeakRate = 1e-3;
    private const int WarmUp = 150;
    private const double WeightDecay = 0.05;

    private readonly int _seed;
    private readonly int _steps;
    private readonly AttributeHeads _heads;
    private readonly AdamW _optimizer;
    private readonly Parameter[] _parameters;
    private readonly PicturePool _pool = new(Batch, PoolCapacity);
    private readonly long[][] _attributePrompts;

    internal Trainer(int seed, int steps)
    {
        manual_seed(seed);
        _seed = seed;
        _steps = steps;
        Vocabulary = new Vocabulary(Words.All);
        Model = new Clip(Vocabulary.Count);
        _heads = new AttributeHeads(Model.Config);
        _parameters = Model.parameters().ToArray();
        _attributePrompts = AttributePrompts.All.Select(Vocabulary.Encode).ToArray();
        // Weight decay is for matrices that multiply, not for embeddings, norms and biases.
        var decayed = Model.named_parameters()
            .Where(p => p.parameter.shape.Length >= 2 && !p.name.Contains("embedding", StringComparison.Ordinal))
            .Select(p => p.parameter)
            .ToHashSet<Parameter>(ReferenceEqualityComparer.Instance);
        Parameter[] others = _parameters.Where(p => !decayed.Contains(p)).Concat(_heads.parameters()).ToArray();
        _optimizer = optim.AdamW(
            [
                new AdamW.ParamGroup(decayed, PeakRate, 0.9, 0.98, 1e-6, WeightDecay),
                new AdamW.ParamGroup(others, PeakRate, 0.9, 0.98, 1e-6, 0),
            ],
            PeakRate, 0.9, 0.98, 1e-6);
    }

    internal Clip Model { get; }

    internal Vocabulary Vocabulary { get; }

    internal int Step { get; private set; }

    internal void Save(string checkpoint) => Checkpoint.Save(checkpoint, Step, _optimizer);

    internal void Resume(string checkpoint) => Step = Checkpoint.Load(checkpoint, _optimizer);

    /// <summary>Takes one step and returns its losses.</summary>
    internal StepLosses TakeStep()
    {
        using DisposeScope scope = NewDisposeScope();
        double done = (double)Step / _steps;
        SetRate(done);
        var random = new Random(unchecked((_seed * 7919) + Step));
        using var generator = new Generator((ulong)unchecked((uint)((_seed * 104729) + Step)), CPU);

        (Tensor pictures, Tensor places, Thing[] things) = _pool.Next(random, generator);
        Caption[] captions = things.Select(thing => Caption.About(thing, random)).ToArray();
        if (Step % 2 == 1)
        {
            pictures = pictures.flip(3);
            places = places * tensor(new[] { -1f, 1f, 1f });
        }
        Tensor truth = tensor(things.SelectMany(t => Enumerable.Range(0, AttributeWords.All.Count).Select(k => (long)t[k])).ToArray())
            .reshape(Batch, AttributeWords.All.Count);

        (Tensor features, Tensor tokens, Tensor seen) = Model.visual.Forward(Clip.Normalize(pictures), PatchesToSee(done), generator);
        long[][] texts = captions.Select(c => Vocabulary.Encode(c.Text)).Concat(_attributePrompts).ToArray();
        Tensor text = Model.text.Forward(texts);
        // [batch, texts]: the captions' columns, then those of the attribute prompts
        Tensor logits = features.matmul(text.t()) * Model.logit_scale.exp();
        Tensor contrastive = ContrastiveLoss.Of(logits.narrow(1, 0, Batch), ContrastiveLoss.Truth(things, captions));
        Tensor prompts = AttributeHeads.Loss(logits.narrow(1, Batch, _attributePrompts.Length), truth);
        (Tensor ofTokens, Tensor ofWhole) = _heads.Losses(tokens, seen, truth, places);
        double help = Math.Max(0, 1 - (done / 0.9));
        Tensor loss = contrastive + (prompts * 0.5) + (ofTokens * (0.75 * help)) + (ofWhole * (0.4 * help));

        _optimizer.zero_grad();
        loss.backward();
        nn.utils.clip_grad_norm_(_parameters, 1);
        _optimizer.step();
        using (no_grad())
        {
            Model.logit_scale.clamp_(0, Math.Log(100));
        }
        Step++;
        return new StepLosses(contrastive.ToDouble(), prompts.ToDouble(), ofTokens.ToDouble(), ofWhole.ToDouble());
    }

    public void Dispose()
    {
        _pool.Dispose();
        _optimizer.Dispose();
        _heads.Dispose();
        Model.Dispose();
    }

    private void SetRate(double done)
    {
        double cosine = (1 + Math.Cos(Math.PI * Math.Max(0, (done - 0.03) / 0.97))) / 2;
        double rate = (PeakRate * Math.Min(1, (Step + 1.0) / WarmUp) * cosine) + 1e-6;
        foreach (optim.ILearningRateController? group in _optimizer.ParamGroups)
        {
            group.LearningRate = rate;
        }
    }

    // A third of the patches for most of the time, then more, in the end all 196 as in use.
    private static int? PatchesToSee(double done) => done < 0.75 ? 64 : done < 0.92 ? 110 : null;
}
