using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Tests.Clip;

/// <summary>
/// CLIP as transformers' CLIPModel computes it, in double precision and plain loops, from the tensors by openai's names: nothing of it is
/// shared with the product.
/// </summary>
internal sealed class PlainClip(ClipConfig config, IReadOnlyDictionary<string, Tensor> weights)
{
    /// <summary>Pixels [3, side, side] -> features.</summary>
    public double[] Image(float[] pixels)
    {
        (int side, int patch, int width) = (config.ImageResolution, config.PatchSize, config.VisionWidth);
        int grid = side / patch;
        double[] convolution = Values("visual.conv1.weight"); // [width, 3, patch, patch]
        double[] positions = Values("visual.positional_embedding");
        var tokens = new List<double[]> { Values("visual.class_embedding") };
        for (int row = 0; row < grid; row++)
        {
            for (int column = 0; column < grid; column++)
            {
                double[] token = new double[width];
                for (int d = 0; d < width; d++)
                {
                    for (int i = 0; i < 3 * patch * patch; i++)
                    {
                        (int channel, int y, int x) = (i / (patch * patch), i / patch % patch, i % patch);
                        token[d] += convolution[(d * 3 * patch * patch) + i]
                            * pixels[(((channel * side) + (row * patch) + y) * side) + (column * patch) + x];
                    }
                }

                tokens.Add(token);
            }
        }

        Tower tower = new(
            this, "visual.transformer.resblocks.", config.VisionLayers, config.VisionHeads, config.VisionActivation,
            config.VisionLayerNormEpsilon, Causal: false);
        double[][] states =
            [.. tokens.Select((token, t) => tower.Norm("visual.ln_pre", [.. token.Select((x, d) => x + positions[(t * width) + d])]))];
        return Project(tower.Norm("visual.ln_post", tower.Run(states)[0]), "visual.proj");
    }

    /// <summary>Tokens up to the end, inclusive -> features.</summary>
    public double[] Text(int[] tokens)
    {
        int width = config.TextWidth;
        double[] embeddings = Values("token_embedding.weight");
        double[] positions = Values("positional_embedding");
        Tower tower = new(
            this, "transformer.resblocks.", config.TextLayers, config.TextHeads, config.TextActivation, config.TextLayerNormEpsilon,
            Causal: true);
        double[][] states = [.. tokens.Select((token, t) =>
            Enumerable.Range(0, width).Select(d => embeddings[(token * width) + d] + positions[(t * width) + d]).ToArray())];
        return Project(tower.Norm("ln_final", tower.Run(states)[^1]), "text_projection");
    }

    private double[] Values(string name) => [.. weights[name].to(ScalarType.Float64).data<double>()];

    private double[] Project(double[] x, string name)
    {
        double[] matrix = Values(name); // [x.Length, J]
        return [.. Enumerable.Range(0, config.EmbedDimension)
            .Select(j => x.Select((value, d) => value * matrix[(d * config.EmbedDimension) + j]).Sum())];
    }

    private sealed record Tower(
        PlainClip Clip, string Prefix, int Layers, int Heads, ClipActivation Activation, double Epsilon, bool Causal)
    {
        public double[][] Run(double[][] x)
        {
            for (int layer = 0; layer < Layers; layer++)
            {
                string block = $"{Prefix}{layer}.";
                double[][] attended = Attend([.. x.Select(token => Norm(block + "ln_1", token))], block);
                x = [.. x.Select((token, t) => Sum(token, attended[t]))];
                x = [.. x.Select(token => Sum(token, Perceptron(Norm(block + "ln_2", token), block)))];
            }

            return x;
        }

        public double[] Norm(string name, double[] x)
        {
            double[] weight = Clip.Values(name + ".weight");
            double[] bias = Clip.Values(name + ".bias");
            double mean = x.Average();
            double deviation = Math.Sqrt(x.Select(value => (value - mean) * (value - mean)).Average() + Epsilon);
            return [.. x.Select((value, d) => ((value - mean) / deviation * weight[d]) + bias[d])];
        }

        private static double[] Sum(double[] first, double[] second) => [.. first.Zip(second, (x, y) => x + y)];

        private double[] Linear(double[] x, string weightName, string biasName)
        {
            double[] weight = Clip.Values(weightName); // [out, in]
            return [.. Clip.Values(biasName).Select((bias, o) => x.Select((value, i) => value * weight[(o * x.Length) + i]).Sum() + bias)];
        }

        private double[] Perceptron(double[] x, string block) => Linear(
            [.. Linear(x, block + "mlp.c_fc.weight", block + "mlp.c_fc.bias").Select(Activate)],
            block + "mlp.c_proj.weight",
            block + "mlp.c_proj.bias");

        private double Activate(double z) => Activation == ClipActivation.QuickGelu
            ? z / (1 + Math.Exp(-1.702 * z))
            : z * 0.5 * (1 + Erf(z / Math.Sqrt(2)));

        /// <summary>The error function's Maclaurin series, good to double precision for the arguments of a small model.</summary>
        private static double Erf(double x)
        {
            if (Math.Abs(x) > 5)
            {
                return Math.Sign(x);
            }

            double term = x;
            double sum = x;
            for (int n = 1; n < 200; n++)
            {
                term *= -x * x / n;
                sum += term / ((2 * n) + 1);
            }

            return 2 / Math.Sqrt(Math.PI) * sum;
        }

        private double[][] Attend(double[][] x, string block)
        {
            int width = x[0].Length;
            int size = width / Heads;
            double[][] projected = [.. x.Select(token => Linear(token, block + "attn.in_proj_weight", block + "attn.in_proj_bias"))];
            double[][] result = [.. x.Select(_ => new double[width])];
            for (int head = 0; head < Heads; head++)
            {
                for (int t = 0; t < x.Length; t++)
                {
                    int visible = Causal ? t + 1 : x.Length;
                    double[] scores = [.. Enumerable.Range(0, visible).Select(s => Enumerable.Range(head * size, size)
                        .Sum(d => projected[t][d] * projected[s][width + d]) / Math.Sqrt(size))];
                    double[] shares = [.. scores.Select(score => Math.Exp(score - scores.Max()))];
                    for (int d = head * size; d < (head + 1) * size; d++)
                    {
                        result[t][d] = shares.Select((share, s) => share * projected[s][(2 * width) + d]).Sum() / shares.Sum();
                    }
                }
            }

            return [.. result.Select(token => Linear(token, block + "attn.out_proj.weight", block + "attn.out_proj.bias"))];
        }
    }
}
