using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Clip;

/// <summary>
/// The vision transformer's position embedding at any token grid: the class token's row as it is, the square grid resized bicubically with
/// antialias. Each grid is computed once.
/// </summary>
internal sealed class PositionEmbedding : nn.Module
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Tensor> _resized = [];
    private readonly int _grid;

    public PositionEmbedding(string name, int grid, Tensor weight)
        : base(name)
    {
        _grid = grid;
        Weight = new Parameter(weight, requires_grad: false);
        register_parameter("weight", Weight);
    }

    /// <summary>[1 + grid * grid, D], the class token first.</summary>
    public Parameter Weight { get; }

    /// <summary>[1 + grid * grid, D] for another grid. The tensor belongs to this object.</summary>
    public Tensor ForGrid(int grid)
    {
        if (grid == _grid)
        {
            return Weight;
        }

        lock (_lock)
        {
            if (!_resized.TryGetValue(grid, out Tensor? resized))
            {
                resized = Resize(grid).DetachFromDisposeScope();
                _resized.Add(grid, resized);
            }

            return resized;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_lock)
            {
                foreach (Tensor tensor in _resized.Values)
                {
                    tensor.Dispose();
                }

                _resized.Clear();
            }
        }

        base.Dispose(disposing);
    }

    private Tensor Resize(int grid)
    {
        using DisposeScope scope = NewDisposeScope();
        // Whoever shares the model may need gradients, which tensors of the inference mode refuse.
        using IDisposable gradients = Autograd.Enable();
        using IDisposable frozen = no_grad();
        long width = Weight.shape[1];
        Tensor axis = AxisMatrix(grid).to(Weight.device);
        Tensor tokens = Weight.narrow(0, 1, (long)_grid * _grid);
        // rows: [new, old] x [old, old * D] -> [new, old, D]
        Tensor rows = axis.matmul(tokens.reshape(_grid, _grid * width)).view(grid, _grid, width);
        // columns: [new, old] x [new, old, D] -> [new, new, D] -> [new * new, D]
        Tensor resized = axis.matmul(rows).reshape((long)grid * grid, width);
        return cat([Weight.narrow(0, 0, 1), resized], dim: 0).MoveToOuterDisposeScope();
    }

    /// <summary>[new, old]: the weights of every new position along one side.</summary>
    private Tensor AxisMatrix(int grid)
    {
        float[] matrix = new float[grid * _grid];
        double[] weights = new double[ResampleWeights.MaximumTaps(ResampleFilter.Bicubic, _grid, grid)];
        for (int i = 0; i < grid; i++)
        {
            (int start, int count) = ResampleWeights.Compute(ResampleFilter.Bicubic, _grid, grid, i, weights);
            for (int tap = 0; tap < count; tap++)
            {
                matrix[(i * _grid) + start + tap] = (float)weights[tap];
            }
        }

        return tensor(matrix, [grid, _grid], float32, CPU);
    }
}
