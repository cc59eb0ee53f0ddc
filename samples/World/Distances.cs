using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Samples;

/// <summary>Signed distances to the shapes' edges, negative inside, in the object's own coordinates: x to the right, y downwards.</summary>
internal static class Distances
{
    private static readonly double Diagonal = Math.Sqrt(0.5);

    internal static Tensor To(string shape, Tensor x, Tensor y) => shape switch
    {
        "circle" => Length(x, y) - 0.85,
        "square" => maximum(x.abs(), y.abs()) - 0.74,
        "triangle" => Triangle(x, y),
        "star" => Star(x, y),
        "cross" => Cross(x.abs(), y.abs()),
        "heart" => Heart(x, y),
        _ => throw new ArgumentException($"no such shape: {shape}", nameof(shape)),
    };

    internal static Tensor Length(Tensor x, Tensor y) => ((x * x) + (y * y) + 1e-9).sqrt();

    private static Tensor Triangle(Tensor x, Tensor y)
    {
        // Half planes whose normals point up and down to both sides.
        IEnumerable<Tensor> sides = Enumerable.Range(0, 3).Select(k =>
        {
            double angle = (2 * Math.PI * k / 3) - (Math.PI / 2);
            return (x * Math.Cos(angle)) + (y * Math.Sin(angle));
        });
        return sides.Aggregate(maximum) - 0.5;
    }

    private static Tensor Cross(Tensor x, Tensor y) => minimum(maximum(x - 0.28, y - 0.92), maximum(x - 0.92, y - 0.28));

    private static Tensor Star(Tensor x, Tensor y)
    {
        // Folded into half of one of the five points, whose edge runs from the tip (1, 0) to the inner corner at radius 0.42.
        const double point = 2 * Math.PI / 5;
        Tensor angle = (atan2(x, -y) + (point / 2)).remainder(point) - (point / 2);
        Tensor radius = Length(x, y);
        (Tensor along, Tensor across) = (radius * angle.cos(), radius * angle.sin().abs());
        (double edgeX, double edgeY) = ((0.42 * Math.Cos(point / 2)) - 1, 0.42 * Math.Sin(point / 2));
        return (((along - 1) * edgeY) - (across * edgeX)) / Math.Sqrt((edgeX * edgeX) + (edgeY * edgeY));
    }

    private static Tensor Heart(Tensor x, Tensor y)
    {
        // A square standing on its corner with a disk on each of the upper sides.
        const double half = 0.5;
        Tensor down = y - 0.12;
        (Tensor a, Tensor b) = ((x + down) * Diagonal, (x - down) * Diagonal);
        Tensor square = maximum(a.abs(), b.abs()) - half;
        double offset = half * Diagonal;
        Tensor right = Length(x - offset, down + offset) - half;
        Tensor left = Length(x + offset, down + offset) - half;
        return minimum(square, minimum(right, left));
    }
}
