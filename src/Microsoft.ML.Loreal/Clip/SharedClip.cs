using Microsoft.ML.Loreal.Tensors;
using TorchSharp;

namespace Microsoft.ML.Loreal.Clip;

/// <summary>
/// A share in a frozen CLIP model. Whoever asks for the same weights on the same device in the same precision shares one model, whatever
/// training or transformer it is for; the last one to let go frees its memory.
/// </summary>
internal sealed class SharedClip : IDisposable
{
    private static readonly Lock _lock = new();
    private static readonly Dictionary<(string Sha256, ClipConfig Config, string Device, ComputePrecision Precision), Held> _held = [];

    private readonly (string Sha256, ClipConfig Config, string Device, ComputePrecision Precision) _key;
    private bool _disposed;

    private SharedClip(ClipBackbone backbone, torch.Device device, ComputePrecision precision)
    {
        _key = (backbone.Sha256, backbone.Config, device.ToString(), precision);
        Device = device;
        Held? held;
        lock (_lock)
        {
            if (!_held.TryGetValue(_key, out held))
            {
                held = new Held();
                _held.Add(_key, held);
            }

            held.Shares++;
        }

        try
        {
            // The first who needs it reads it and the others wait; where that fails, each tries what it was given itself.
            lock (held.Reading)
            {
                // Whoever shares the model later may need gradients, which tensors of the inference mode refuse.
                using IDisposable gradients = Autograd.Enable();
                Model = held.Model ??= backbone.CreateModel(device, precision);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The model.</summary>
    public ClipModel Model { get; } = null!;

    /// <summary>Where it computes.</summary>
    public torch.Device Device { get; }

    /// <summary>A share in the model of a backbone; its weights are read unless somebody has a share already.</summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="precision">In what it computes: a concrete one.</param>
    /// <returns>The share, which the caller disposes.</returns>
    /// <exception cref="InvalidDataException">The weights cannot be used.</exception>
    /// <exception cref="InvalidOperationException">The device cannot compute in the precision.</exception>
    public static SharedClip Of(ClipBackbone backbone, torch.Device device, ComputePrecision precision) => new(backbone, device, precision);

    /// <summary>Lets go.</summary>
    public void Dispose()
    {
        Held? last = null;
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            if (--_held[_key].Shares == 0)
            {
                _held.Remove(_key, out last);
            }
        }

        last?.Model?.Dispose();
    }

    private sealed class Held
    {
        public Lock Reading { get; } = new();

        public ClipModel? Model { get; set; }

        public int Shares { get; set; }
    }
}
