namespace Microsoft.ML.Loreal.Images;

/// <summary>A rectangle of pixels.</summary>
internal readonly record struct PixelRegion(int Left, int Top, int Width, int Height);
