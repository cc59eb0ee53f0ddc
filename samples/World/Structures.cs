using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Samples;

/// <summary>
/// How much of the second color an object shows at a place: 0 to 1. Coordinates and period are in units of the picture's half side.
/// </summary>
internal static class Structures
{
    internal static Tensor At(string structure, Tensor x, Tensor y, Tensor period)
    {
        Tensor wave = 2 * Math.PI / period;
        return structure switch
        {
            "solid" => zeros_like(x),
            "striped" => Sharp((wave * x).sin() * 3),
            "dotted" => Sharp(((wave * 0.9 * x).cos() + (wave * 0.9 * y).cos() - 0.55) * 2),
            "checkered" => Sharp((wave * 0.8 * x).sin() * (wave * 0.8 * y).sin() * 4),
            "ringed" => Sharp((wave * Distances.Length(x, y)).sin() * 3),
            "zigzag" => Sharp((wave * (y + Zigzag(x, period))).sin() * 3),
            _ => throw new ArgumentException($"no such structure: {structure}", nameof(structure)),
        };
    }

    // A triangle wave over x.
    private static Tensor Zigzag(Tensor x, Tensor period) => ((x / (period * 1.6)).remainder(1) - 0.5).abs() * 2 * period;

    private static Tensor Sharp(Tensor value) => (value + 0.5).clamp(0, 1);
}
