namespace SixLabors.ImageSharp.Formats;

public sealed class DecoderOptions
{
    private readonly uint maxFrames = int.MaxValue;

    public Configuration Configuration { get; init; } = Configuration.Default;

    /// <summary>Only a <see cref="Jpeg.JpegDecoder"/> with <see cref="Jpeg.JpegDecoderResizeMode.IdctOnly"/> takes one here.</summary>
    public Size? TargetSize { get; init; }

    public bool SkipMetadata { get; init; }

    /// <summary>Of an animation the first frame is decoded, whatever more is allowed.</summary>
    public uint MaxFrames
    {
        get => this.maxFrames;
        init => this.maxFrames = Math.Clamp(value, 1, int.MaxValue);
    }

    internal static DecoderOptions Default { get; } = new();
}
