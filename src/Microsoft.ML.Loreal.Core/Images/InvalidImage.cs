namespace Microsoft.ML.Loreal.Images;

/// <summary>The error for a row whose image cannot be used.</summary>
internal static class InvalidImage
{
    /// <summary>Names the row, the column and the reason; where the error will be thrown, the way to go on without the row too.</summary>
    public static InvalidDataException Error(
        long row, string column, string? description, InvalidDataException reason, InvalidImageAction action) => new(
        $"The image in row {row} (counted from 0) of column '{column}'{(description is null ? "" : $", {description},")} cannot be used: "
        + $"{reason.Message.TrimEnd('.')}."
        + (action == InvalidImageAction.Skip
            ? string.Empty
            : $" Set OnInvalidImage to {nameof(InvalidImageAction.Skip)} to go on without such rows."),
        reason);
}
