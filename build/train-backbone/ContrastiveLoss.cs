using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.TrainBackbone;

/// <summary>CLIP's loss for a batch in which a caption may be true of several pictures: those are no negatives of each other.</summary>
internal static class ContrastiveLoss
{
    /// <summary>
    /// Logits [n, n], picture by caption; <paramref name="isTrue"/> [n, n] tells which captions are true of which pictures.
    /// </summary>
    internal static Tensor Of(Tensor logits, Tensor isTrue)
    {
        Tensor own = logits.diagonal();
        Tensor negatives = logits.masked_fill(isTrue, float.NegativeInfinity);
        // -log(e^own / (e^own + sum of e^negatives)) = softplus(logsumexp(negatives) - own)
        Tensor pictureToCaption = nn.functional.softplus(negatives.logsumexp(1) - own).mean();
        Tensor captionToPicture = nn.functional.softplus(negatives.logsumexp(0) - own).mean();
        return (pictureToCaption + captionToPicture) / 2;
    }

    internal static Tensor Truth(IReadOnlyList<Thing> things, IReadOnlyList<Caption> captions)
    {
        int n = things.Count;
        bool[] truth = new bool[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                truth[(i * n) + j] = captions[j].IsTrueOf(things[i], things[j]);
            }
        }
        return tensor(truth).reshape(n, n);
    }
}
