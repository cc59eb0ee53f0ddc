using System.Runtime.ExceptionServices;
using Microsoft.ML.Loreal.Checks;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Sessions;

namespace Microsoft.ML.Loreal;

/// <summary>
/// Classifies pictures with an exported ONNX model, without a pipeline around it. Any number of threads may use one classifier.
/// </summary>
public sealed class LorealClassifier : IDisposable
{
    private const int BatchPictures = 32;

    private readonly OnnxModel _model;
    private readonly ImageDecoder _decoder;

    private LorealClassifier(OnnxModel model, OnnxScoringOptions options)
    {
        _model = model;
        _decoder = new ImageDecoder(
            options.MaximumPixels,
            options.ReducedScaleDecoding ? model.ImageProcessor.ResizedSide(Resolution) : null,
            options.ImageFormats);
    }

    /// <summary>The classes, in the order of <see cref="ImagePrediction.Scores"/>.</summary>
    public IReadOnlyList<string> ClassNames => _model.Description.ClassNames;

    /// <summary>The side in pixels at which pictures are scored. They may have any size.</summary>
    public int Resolution => _model.Description.Resolution;

    /// <summary>The method that learned the model, such as "CoOp+attributes".</summary>
    public string Method => _model.Description.Method;

    /// <summary>Opens and checks an exported model.</summary>
    /// <param name="path">The ONNX file that SaveAsOnnx wrote. One with weights of more than 2 GB has another file beside it.</param>
    /// <returns>The classifier, which the caller disposes.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// It is no ONNX model, not one that this version of the package reads, damaged or incomplete; the message says which.
    /// </exception>
    public static LorealClassifier Load(string path) => Load(path, new LorealClassifierOptions());

    /// <param name="path">The ONNX file that SaveAsOnnx wrote.</param>
    /// <param name="options">The settings, which are copied.</param>
    /// <inheritdoc cref="Load(string)"/>
    /// <exception cref="ArgumentException">A setting cannot be used; the message names it and what is valid.</exception>
    public static LorealClassifier Load(string path, LorealClassifierOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Check(options);
        return Open(OnnxFiles.Open(path), path, options);
    }

    /// <summary>Opens and checks an exported model that holds its weights itself.</summary>
    /// <param name="stream">The content of the ONNX file, from where the stream stands. It is read at once and left open.</param>
    /// <returns>The classifier, which the caller disposes.</returns>
    /// <exception cref="InvalidDataException">
    /// It is no ONNX model, not one that this version of the package reads, or damaged; the message says which.
    /// </exception>
    public static LorealClassifier Load(Stream stream) => Load(stream, new LorealClassifierOptions());

    /// <param name="stream">The content of the ONNX file, from where the stream stands. It is read at once and left open.</param>
    /// <param name="options">The settings, which are copied.</param>
    /// <inheritdoc cref="Load(Stream)"/>
    /// <exception cref="ArgumentException">A setting cannot be used; the message names it and what is valid.</exception>
    public static LorealClassifier Load(Stream stream, LorealClassifierOptions options)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Check(options);
        return Open(OnnxFiles.Read(stream), null, options);
    }

    /// <summary>Classifies a picture in a file.</summary>
    /// <param name="path">The path of an image file.</param>
    /// <returns>The probabilities.</returns>
    /// <exception cref="InvalidDataException">
    /// The file cannot be read or decoded, has a format that is not accepted, or too many pixels; the message says which.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    public ImagePrediction Predict(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Predict([new PathCell(path)], _ => string.Empty)[0];
    }

    /// <summary>Classifies a picture in an encoded file.</summary>
    /// <param name="imageFile">The content of an image file.</param>
    /// <inheritdoc cref="Predict(string)" path="/returns"/>
    /// <inheritdoc cref="Predict(string)" path="/exception"/>
    public ImagePrediction Predict(byte[] imageFile)
    {
        ArgumentNullException.ThrowIfNull(imageFile);
        return Predict([new EncodedCell(imageFile)], _ => string.Empty)[0];
    }

    /// <summary>Classifies a picture given by its pixels.</summary>
    /// <param name="rgb">Three bytes a pixel, red first, rows from top to bottom without gaps between them.</param>
    /// <param name="width">The pixels in a row.</param>
    /// <param name="height">The rows.</param>
    /// <returns>The probabilities.</returns>
    /// <exception cref="ArgumentException">The bytes are not 3 x <paramref name="width"/> x <paramref name="height"/>.</exception>
    /// <exception cref="InvalidDataException">The picture is too narrow or too low to be resized.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    public ImagePrediction Predict(ReadOnlySpan<byte> rgb, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (rgb.Length != 3L * width * height)
        {
            throw new ArgumentException(
                $"A picture of {width} x {height} pixels has {3L * width * height} bytes; there are {rgb.Length}.", nameof(rgb));
        }

        return Predict([new PixelCell(new RgbImage(width, height, rgb.ToArray()), "the pixels")], _ => string.Empty)[0];
    }

    /// <summary>Classifies pictures in files, several at a time.</summary>
    /// <param name="paths">The paths of image files.</param>
    /// <returns>The probabilities of each picture, in the same order.</returns>
    /// <exception cref="InvalidDataException">A file cannot be used; the message names the first of them and says why.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed.</exception>
    public IReadOnlyList<ImagePrediction> Predict(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return Predict([.. paths.Select(path => new PathCell(path))], Numbered);
    }

    /// <summary>Classifies pictures in encoded files, several at a time.</summary>
    /// <param name="imageFiles">The contents of image files.</param>
    /// <inheritdoc cref="Predict(IReadOnlyList{string})" path="/returns"/>
    /// <inheritdoc cref="Predict(IReadOnlyList{string})" path="/exception"/>
    public IReadOnlyList<ImagePrediction> Predict(IReadOnlyList<byte[]> imageFiles)
    {
        ArgumentNullException.ThrowIfNull(imageFiles);
        return Predict([.. imageFiles.Select(file => new EncodedCell(file))], Numbered);
    }

    /// <summary>
    /// Frees the native memory, once a prediction in progress is done. Later ones throw <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose() => _model.Dispose();

    private static string Numbered(int index) => $" {index} (counted from 0)";

    private static void Check(LorealClassifierOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionChecks.Check(options.MaximumPixels > 0, nameof(options.MaximumPixels), options.MaximumPixels, "above 0");
        AcceptedFormats.Check(options.ImageFormats);
    }

    private static LorealClassifier Open(OnnxFiles files, string? path, LorealClassifierOptions options) =>
        new(OnnxModel.Open(files, path, options, "The classifier was disposed."), options);

    private ImagePrediction[] Predict(ImageCell[] images, Func<int, string> name)
    {
        var predictions = new ImagePrediction[images.Length];
        byte[] pixels = new byte[Math.Min(images.Length, BatchPictures) * _model.PictureBytes];
        for (int first = 0; first < images.Length; first += BatchPictures)
        {
            int count = Math.Min(BatchPictures, images.Length - first);
            Prepare(images, first, count, pixels, name);
            Score(pixels, count, predictions.AsSpan(first));
        }

        return predictions;
    }

    private void Prepare(ImageCell[] images, int first, int count, byte[] pixels, Func<int, string> name)
    {
        var errors = new Exception?[count];
        Parallel.For(0, count, slot =>
        {
            try
            {
                using RgbImage image = images[first + slot].Decode(_decoder);
                _model.ImageProcessor.EvaluatePixels(
                    image, Resolution, pixels.AsSpan(slot * _model.PictureBytes, _model.PictureBytes));
            }
            catch (InvalidDataException exception)
            {
                errors[slot] = new InvalidDataException(
                    $"The image{name(first + slot)}, {images[first + slot].Description}, cannot be used: "
                    + $"{exception.Message.TrimEnd('.')}.",
                    exception);
            }
        });
        if (errors.FirstOrDefault(error => error is not null) is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }
    }

    private void Score(byte[] pixels, int count, Span<ImagePrediction> predictions)
    {
        int classes = ClassNames.Count;
        float[] scores = new float[count * classes];
        _model.Score(pixels, count, scores);
        if (scores.AsSpan().ContainsAnyExceptInRange(0f, float.MaxValue))
        {
            throw new InvalidOperationException(
                "The scores of a picture are not numbers: the weights of the model lead to values out of range. Train it again with a "
                + "lower learning rate.");
        }

        for (int slot = 0; slot < count; slot++)
        {
            predictions[slot] = new ImagePrediction(ClassNames, scores[(slot * classes)..((slot + 1) * classes)]);
        }
    }
}
