namespace Microsoft.ML.Loreal.Images;

/// <summary>The error for a row whose image cannot be used.</summary>
internal static class InvalidImage
{
    public static InvalidDataException Error(long row, string column, string? description, InvalidDataException reason) => new(
        $"The image in row {row} (counted from 0) of column '{column}'{(description is null ? "" : $", {description},")} cannot be used: "
        + $"{reason.Message.TrimEnd('.')}. "
        + $"Set OnInvalidImage to {nameof(InvalidImageAction.Skip)} to go on without such rows.",
        reason);
}
