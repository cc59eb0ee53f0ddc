namespace Microsoft.ML.Loreal.Tests.Training;

/// <summary>Noisy pictures, each class of another color and stripe width.</summary>
internal sealed class GeneratedImages(int classes, int perClass) : ILabeledImages
{
    private const int Width = 44;
    private const int Height = 36;

    private int _running;

    public int Count => classes * perClass;

    public IReadOnlyList<int> Labels => [.. Enumerable.Range(0, Count).Select(i => i % classes)];

    /// <summary>Null, unless files of encoded views are to be used again.</summary>
    public string? Identity { get; init; }

    /// <summary>What every load does first; a test can fail, wait or cancel in it.</summary>
    public Action<int> OnLoad { get; init; } = _ => { };

    /// <summary>The loads that are going on now.</summary>
    public int Running => Volatile.Read(ref _running);

    public RgbImage Load(int index)
    {
        Interlocked.Increment(ref _running);
        try
        {
            OnLoad(index);
            return Draw(index);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private RgbImage Draw(int index)
    {
        var random = new Random(index);
        int c = index % classes;
        byte[] pixels = new byte[3 * Width * Height];
        for (int i = 0; i < Width * Height; i++)
        {
            int stripe = i % Width / (2 + 2 * c) % 2;
            for (int channel = 0; channel < 3; channel++)
            {
                int level = (c >> channel & 1) == stripe ? 190 : 60;
                pixels[3 * i + channel] = (byte)(level + random.Next(-50, 51));
            }
        }

        return new RgbImage(Width, Height, pixels);
    }
}
