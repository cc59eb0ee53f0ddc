namespace SixLabors.ImageSharp.Formats;

public interface ISpecializedDecoderOptions
{
    DecoderOptions GeneralOptions { get; init; }
}
