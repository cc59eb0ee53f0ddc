namespace SixLabors.ImageSharp.Codecs;

internal readonly record struct WebpSettings(int Quality, bool Lossless, int Method, bool KeepHiddenColours);
