using Microsoft.ML.Loreal.Prompts;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Onnx;

/// <summary>
/// The text side of image-conditioned prompts without a text tower. The classes' normalized text features for an image are
/// T0 + w_1 T1 + ... + w_R TR: T0 is the mean of the exact features of M views, and the others are the directions in which these differ
/// most. The weights are a kernel ridge regression on z, where the meta-nets' vectors lie among those of the views:
/// w(z) = sum over the views m of exp(-|z - z_m|^2) A_m.
/// </summary>
internal sealed class CompiledText : IDisposable
{
    // More of them change no prediction; docs/onnx.md has the loss against their number.
    private const int MostTerms = 32;
    private const int MostCoordinates = 32;

    // More views tell more; their exact text features take time and are all in memory at once.
    private const int MostViewsPerImage = 8;
    private const int MostViews = 2048;
    private const long MostNumbers = 1L << 28;

    // Beside a kernel that is 1 for a view with itself.
    private const double Ridge = 1e-3;

    private CompiledText(Tensor terms, Tensor projection, Tensor center, Tensor views, Tensor weights)
    {
        Terms = terms;
        Projection = projection;
        Center = center;
        Views = views;
        Weights = weights;
    }

    /// <summary>T0 to TR: [1 + R, C, J] float32.</summary>
    public Tensor Terms { get; }

    /// <summary>What gives z of the meta-nets' vectors less their center: [K * D, Q] float32.</summary>
    public Tensor Projection { get; }

    /// <summary>The mean of the vectors: [K * D] float32.</summary>
    public Tensor Center { get; }

    /// <summary>The z of the views: [M, Q] float32.</summary>
    public Tensor Views { get; }

    /// <summary>A: [M, R] float32.</summary>
    public Tensor Weights { get; }

    /// <summary>Of which pictures, and with how many random views of each, a fit is made.</summary>
    /// <param name="images">The number of pictures.</param>
    /// <param name="classes">C.</param>
    /// <param name="width">J.</param>
    /// <returns>The pictures, evenly chosen where they are too many, and the views of each.</returns>
    public static (int[] Images, int ViewsPerImage) ViewsFor(int images, int classes, int width)
    {
        int most = (int)Math.Clamp(MostNumbers / ((long)classes * width), 1, MostViews);
        int count = Math.Min(images, most);
        return ([.. Enumerable.Range(0, count).Select(i => (int)((long)i * images / count))], Math.Min(most / count, MostViewsPerImage));
    }

    /// <summary>Fits the regression.</summary>
    /// <param name="student">The student.</param>
    /// <param name="slots">Its attribute slots.</param>
    /// <param name="features">Image features of M views, [M, G].</param>
    /// <param name="imagesAtOnce">Of how many views the text features are computed together.</param>
    /// <param name="cancel">Looked at before each of these computations.</param>
    public static CompiledText Fit(
        PromptLearner student, AttributeSlots slots, Tensor features, int imagesAtOnce, CancellationToken cancel)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor vectors = slots.Vectors(student.Condition(features));                                    // [M, K, D] float32
        Tensor exact = TextFeatures(student, slots, vectors, imagesAtOnce, cancel);                     // [M, C, J] float32
        Tensor rows = exact.flatten(1);                                                                 // [M, C, J] -> [M, C * J]
        Tensor mean = rows.mean([0], keepdim: true);                                                    // [1, C * J]
        rows.sub_(mean);
        Tensor shares = Largest(rows.matmul(rows.transpose(0, 1)).to(float64), MostTerms);              // [M, R] float64
        Tensor terms = cat([mean, shares.to(float32).transpose(0, 1).matmul(rows)], 0);                 // [1 + R, C * J]

        Tensor flat = vectors.flatten(1).cpu().to(float64);                                             // [M, K, D] -> [M, K * D]
        Tensor center = flat.mean([0], keepdim: true);                                                  // [1, K * D]
        Tensor centered = flat - center;
        Tensor directions = Largest(centered.transpose(0, 1).matmul(centered), MostCoordinates);        // [K * D, Q] float64
        Tensor places = centered.matmul(directions);                                                    // [M, Q]
        // In units of the root of the mean squared distance between two views.
        double unit = Math.Sqrt(2 * places.square().sum([1]).mean().item<double>());
        Tensor projection = unit > 0 ? directions / unit : directions;
        Tensor views = centered.matmul(projection);                                                     // [M, Q]
        Tensor kernel = (-cdist(views, views).square()).exp();                                          // [M, M]
        Tensor weights = linalg.solve(kernel + (Ridge * eye(kernel.shape[0], dtype: float64, device: CPU)), shares);   // [M, R]
        return new CompiledText(
            Kept(terms.view(-1, exact.shape[1], exact.shape[2])), Kept(projection), Kept(center.squeeze(0)), Kept(views), Kept(weights));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Terms.Dispose();
        Projection.Dispose();
        Center.Dispose();
        Views.Dispose();
        Weights.Dispose();
    }

    /// <summary>The exact normalized text features of all views, [M, C, J], in the processor's memory.</summary>
    private static Tensor TextFeatures(
        PromptLearner student, AttributeSlots slots, Tensor vectors, int imagesAtOnce, CancellationToken cancel)
    {
        using DisposeScope scope = NewDisposeScope();
        var parts = new List<Tensor>();
        for (long first = 0; first < vectors.shape[0]; first += imagesAtOnce)
        {
            cancel.ThrowIfCancellationRequested();
            using DisposeScope step = NewDisposeScope();
            Tensor some = vectors.narrow(0, first, Math.Min(imagesAtOnce, vectors.shape[0] - first)); // [b, K, D]
            Tensor text = Classifier.Normalize(student.TextFeatures(slots.Tokens(some)));              // [b, C, J]
            parts.Add(text.cpu().MoveToOuterDisposeScope());
        }

        return cat(parts, 0).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The eigenvectors with the largest eigenvalues of a symmetric matrix: [n, n] -> [n, at most <paramref name="most"/>].
    /// </summary>
    private static Tensor Largest(Tensor matrix, int most)
    {
        using DisposeScope scope = NewDisposeScope();
        (_, Tensor vectors) = linalg.eigh(matrix); // from the smallest eigenvalue to the largest
        long count = Math.Min(most, vectors.shape[1]);
        return vectors.narrow(1, vectors.shape[1] - count, count).MoveToOuterDisposeScope();
    }

    private static Tensor Kept(Tensor values) => values.to(float32).contiguous().DetachFromDisposeScope();
}
