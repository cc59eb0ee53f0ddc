using Microsoft.ML.Data;
using Microsoft.ML.Loreal.MLNet;

namespace Microsoft.ML.Loreal.Images;

/// <summary>The image column of a data view: MLImage, path text, or encoded bytes.</summary>
internal static class ImageColumn
{
    // What an MLImage says after its end.
    private const string DisposedImage = "Object is disposed.";

    private const string Remedy =
        "Accepted are MLImage (append mlContext.Transforms.LoadImages), text (the path of an image file), and a vector of bytes (an "
        + "encoded image file). "
        + "Set ImageColumnName to name another column.";

    public static bool IsAccepted(DataViewType type) => type is TextDataViewType
        || type.RawType == typeof(MLImage)
        || (type is VectorDataViewType vector && vector.ItemType == NumberDataViewType.Byte);

    public static DataViewSchema.Column Find(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column = schema.GetColumnOrNull(name)
            ?? throw new ArgumentOutOfRangeException(
                nameof(schema), name, $"There is no image column '{name}'. {SchemaText.Columns(schema)} {Remedy}");
        return IsAccepted(column.Type)
            ? column
            : throw new ArgumentOutOfRangeException(
                nameof(schema), name, $"The image column '{name}' has the type {column.Type}. {Remedy}");
    }

    public static void Check(SchemaShape shape, string name)
    {
        SchemaShape.Column column = SchemaText.Find(shape, name)
            ?? throw new ArgumentOutOfRangeException(
                nameof(shape), name, $"There is no image column '{name}'. {SchemaText.Columns(shape)} {Remedy}");
        bool scalar = column.Kind == SchemaShape.Column.VectorKind.Scalar;
        bool accepted = !column.IsKey
            && (scalar
                ? column.ItemType is TextDataViewType || column.ItemType.RawType == typeof(MLImage)
                : column.ItemType == NumberDataViewType.Byte);
        if (!accepted)
        {
            throw new ArgumentOutOfRangeException(
                nameof(shape), name, $"The image column '{name}' has the type {SchemaText.Type(column)}. {Remedy}");
        }
    }

    /// <summary>A function that gives the image of the row's current position.</summary>
    /// <remarks>It throws <see cref="InvalidDataException"/> where there is no image to give; the message says why, not where.</remarks>
    public static Func<ImageCell> Reader(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is TextDataViewType)
        {
            return PathReader(row.GetGetter<ReadOnlyMemory<char>>(column));
        }

        return column.Type.RawType == typeof(MLImage)
            ? PictureReader(row, column)
            : EncodedReader(row.GetGetter<VBuffer<byte>>(column));
    }

    private static Func<ImageCell> PathReader(ValueGetter<ReadOnlyMemory<char>> getter)
    {
        ReadOnlyMemory<char> path = default;
        return () =>
        {
            getter(ref path);
            return path.IsEmpty ? throw new InvalidDataException("the path is empty") : new PathCell(path.ToString());
        };
    }

    private static Func<ImageCell> EncodedReader(ValueGetter<VBuffer<byte>> getter)
    {
        VBuffer<byte> content = default;
        return () =>
        {
            getter(ref content);
            byte[] bytes = new byte[content.Length];
            content.CopyTo(bytes);
            return new EncodedCell(bytes);
        };
    }

    private static Func<ImageCell> PictureReader(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<MLImage> getter = row.GetGetter<MLImage>(column);
        // The getter disposes what it made for the previous row, so the pixels are copied at once. The last picture is left to its owner:
        // it may belong to the user's own objects.
        MLImage? picture = null;
        return () =>
        {
            try
            {
                getter(ref picture!);
                return picture is null ? throw new InvalidDataException("there is no picture") : Copy(picture);
            }
            catch (InvalidOperationException exception) when (exception.Message == DisposedImage)
            {
                // An error of the pipeline and not of the picture; Skip must not hide it.
                throw new InvalidOperationException(
                    $"The image in row {row.Position} (counted from 0) of column '{column.Name}' was disposed before it could be read. "
                    + "ML.NET's ResizeImages passes an image that has its size already on as it is, and it, ExtractPixels and "
                    + "ConvertToGrayscale dispose images that they were given: pictures held in memory last for one pass. Leave "
                    + "ResizeImages out, as this step resizes by itself, or give paths or encoded bytes.",
                    exception);
            }
            catch (Exception exception) when (DecoderLibraries.AreAtFault(exception))
            {
                throw DecoderLibraries.Error(exception);
            }
            catch (Exception exception) when (exception
                is not (InvalidDataException or OperationCanceledException or ObjectDisposedException or OutOfMemoryException))
            {
                picture = null;
                throw new InvalidDataException(exception.Message, exception);
            }
        };
    }

    private static PixelCell Copy(MLImage picture) => new(
        Rgb(picture), string.IsNullOrEmpty(picture.Tag) ? $"an MLImage of {picture.Width} x {picture.Height} pixels" : $"'{picture.Tag}'");

    private static RgbImage Rgb(MLImage picture)
    {
        bool blueFirst = picture.PixelFormat switch
        {
            MLPixelFormat.Rgba32 => false,
            MLPixelFormat.Bgra32 => true,
            _ => throw new InvalidDataException($"the pixel format {picture.PixelFormat} is not known"),
        };
        // An MLImage's colors are multiplied by alpha.
        byte[] pixels = new byte[checked(3 * picture.Width * picture.Height)];
        RgbPixels.Unmultiply(picture.Pixels, pixels, picture.Width * picture.Height, blueFirst);
        return new RgbImage(picture.Width, picture.Height, pixels);
    }
}
