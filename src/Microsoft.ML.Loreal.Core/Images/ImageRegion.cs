namespace Microsoft.ML.Loreal.Images;

/// <summary>What a view shows of a picture: a part of it, perhaps mirrored.</summary>
/// <param name="Box">The part.</param>
/// <param name="Flip">Whether left and right are exchanged.</param>
internal readonly record struct ImageRegion(PixelRegion Box, bool Flip);
