using System.Buffers;

namespace Microsoft.ML.Data.Imaging;

/// <summary>The bytes of one image; those of usual size are lent by the shared pool.</summary>
internal sealed class PixelBuffer(int length)
{
    // Beyond this the pool's rounding to powers of two wastes more than a new array costs.
    private const int LargestPooled = 1 << 24;

    private readonly byte[] _bytes = length <= LargestPooled
        ? ArrayPool<byte>.Shared.Rent(length)
        : GC.AllocateUninitializedArray<byte>(length);

    public Span<byte> Span => _bytes.AsSpan(0, length);

    /// <summary>To be called once, when nobody reads the bytes any more.</summary>
    public void Release()
    {
        if (length <= LargestPooled)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
    }
}
