using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.PromptKD;

/// <summary>
/// From the student's features to the teacher's feature space: linear, batch normalization, ReLU, linear. Published as 1x1 convolutions
/// over a picture of one pixel, which are linear layers. The state has the published names.
/// </summary>
internal sealed class FeatureProjector : IDisposable
{
    private const double Epsilon = 1e-5;
    private const double Momentum = 0.1;
    private const string Prefix = "VPT_image_trans.conv1.";

    private readonly Parameter _weight1; // [J', J]
    private readonly Parameter _bias1;   // [J']
    private readonly Parameter _scale;   // [J'], of the normalization
    private readonly Parameter _shift;   // [J']
    private readonly Parameter _weight2; // [J', J']
    private readonly Parameter _bias2;   // [J']
    private readonly Parameter _mean;     // [J'], running; without a gradient
    private readonly Parameter _variance; // [J'], running; without a gradient

    /// <summary>Makes a projector with PyTorch's starting values of these layers.</summary>
    public FeatureProjector(int from, int to, Random random, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        _weight1 = Linear(from, to, from);
        _bias1 = Linear(from, to);
        _weight2 = Linear(to, to, to);
        _bias2 = Linear(to, to);
        _scale = Learned(ones(to, float32, device));
        _shift = Learned(zeros(to, float32, device));
        _mean = Learned(zeros(to, float32, device), byGradient: false);
        _variance = Learned(ones(to, float32, device), byGradient: false);

        Parameter Linear(int inputs, params long[] shape) => Learned(RandomTensors.Uniform(random, 1 / Math.Sqrt(inputs), device, shape));

        static Parameter Learned(Tensor start, bool byGradient = true)
        {
            var parameter = new Parameter(start, byGradient);
            parameter.DetachFromDisposeScope();
            return parameter;
        }
    }

    /// <summary>
    /// What training changes. The running statistics are among them, so that whoever keeps the parameters keeps all; they get no gradients,
    /// and no optimizer touches them.
    /// </summary>
    public IReadOnlyList<Parameter> Parameters => [_weight1, _bias1, _scale, _shift, _weight2, _bias2, _mean, _variance];

    /// <summary>The named tensors that make up the trained state.</summary>
    public IEnumerable<(string Name, Tensor Value)> State =>
    [
        (Prefix + "0.weight", _weight1),
        (Prefix + "0.bias", _bias1),
        (Prefix + "1.weight", _scale),
        (Prefix + "1.bias", _shift),
        (Prefix + "3.weight", _weight2),
        (Prefix + "3.bias", _bias2),
        (Prefix + "1.running_mean", _mean),
        (Prefix + "1.running_var", _variance),
    ];

    /// <summary>Projects features.</summary>
    /// <param name="features">[B, J].</param>
    /// <param name="training">
    /// Whether to normalize with the batch's own statistics, which then move the running ones; otherwise the running ones are used.
    /// </param>
    /// <returns>[B, J'], not normalized.</returns>
    public Tensor Forward(Tensor features, bool training)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = nn.functional.linear(features, _weight1, _bias1);
        Tensor even = nn.functional.batch_norm(hidden, _mean, _variance, _scale, _shift, training, Momentum, Epsilon);
        return nn.functional.linear(even.relu(), _weight2, _bias2).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// What it computes once nothing learns any more, as two linear layers with a ReLU between: weights [out, in] and biases [out]. The
    /// caller disposes the first layer's.
    /// </summary>
    public ((Tensor Weight, Tensor Bias) First, (Tensor Weight, Tensor Bias) Second) Layers()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor factor = _scale / (_variance + Epsilon).sqrt();                                     // [J']
        Tensor weight = _weight1 * factor.unsqueeze(1);                                            // [J', J] * [J', 1]
        (weight, Tensor bias) = scope.MoveToOuter(weight, ((_bias1 - _mean) * factor) + _shift);
        return ((weight, bias), (_weight2, _bias2));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Parameter parameter in Parameters)
        {
            parameter.Dispose();
        }
    }
}
