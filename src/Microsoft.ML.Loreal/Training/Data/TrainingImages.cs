using System.Security.Cryptography;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Labels;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Loreal.Training.Data;

/// <summary>The labeled images of a data view, checked once and decoded again each time that training looks at one.</summary>
internal sealed class TrainingImages : ILabeledImages
{
    private readonly ImageDecoder _decoder;
    private readonly List<ImageCell> _cells;
    private readonly List<long> _rows;
    private readonly List<int> _labels;
    private readonly string _column;
    private readonly byte[]? _digest;

    private TrainingImages(ImageDecoder decoder, string column, List<ImageCell> cells, List<long> rows, List<int> labels, byte[]? digest)
    {
        _decoder = decoder;
        _column = column;
        _cells = cells;
        _rows = rows;
        _labels = labels;
        _digest = digest;
    }

    public int Count => _cells.Count;

    public IReadOnlyList<int> Labels => _labels;

    /// <summary>The SHA-256 of all pixels and labels in their order, wherever the pixels came from.</summary>
    /// <exception cref="InvalidOperationException">The images were read without it.</exception>
    public string Digest => Convert.ToHexStringLower(
        _digest ?? throw new InvalidOperationException("The images were read without a digest."));

    public string? Identity => _digest is null ? null : Digest;

    public RgbImage Load(int index)
    {
        try
        {
            return _cells[index].Decode(_decoder);
        }
        catch (InvalidDataException exception)
        {
            throw InvalidImage.Error(_rows[index], _column, _cells[index].Description, exception, InvalidImageAction.Throw);
        }
    }

    /// <summary>Reads all rows and tries every image, so that a bad one is found before training starts.</summary>
    /// <param name="data">The data.</param>
    /// <param name="labelColumnName">The label column; null for none: every label is 0.</param>
    /// <param name="classNames">The name of each class.</param>
    /// <param name="settings">The image column, and how images are read; whole pictures, whatever is said of reduced ones.</param>
    /// <param name="withDigest">Whether the images get a digest.</param>
    /// <param name="channel">Where to say what was left out.</param>
    /// <param name="cancel">Looked at before every row and image.</param>
    /// <exception cref="ArgumentException">A column is missing, or a row is of none of the classes.</exception>
    /// <exception cref="InvalidDataException">An image cannot be read, and the settings say to throw.</exception>
    public static TrainingImages Read(
        IDataView data,
        string? labelColumnName,
        IReadOnlyList<string> classNames,
        ScoringSettings settings,
        bool withDigest,
        IChannel channel,
        CancellationToken cancel)
    {
        DataViewSchema.Column? labelColumn = labelColumnName is null ? null : LabelColumn.Find(data.Schema, labelColumnName);
        DataViewSchema.Column imageColumn = ImageColumn.Find(data.Schema, settings.ImageColumnName);
        var decoder = new ImageDecoder(settings.MaximumPixels, formats: settings.ImageFormats);
        bool throws = settings.OnInvalidImage == InvalidImageAction.Throw;
        var cells = new List<ImageCell?>();
        var rows = new List<long>();
        var labels = new List<int>();
        var failures = new List<(long Row, InvalidDataException Error)>();
        long unlabeled = 0;
        using (DataViewRowCursor cursor = data.GetRowCursor(labelColumn is { } needed ? [needed, imageColumn] : [imageColumn]))
        {
            Func<int> label = labelColumn is { } column ? LabelColumn.Reader(cursor, column, [.. classNames]) : () => 0;
            Func<ImageCell> image = ImageColumn.Reader(cursor, imageColumn);
            while (cursor.MoveNext())
            {
                cancel.ThrowIfCancellationRequested();
                int classIndex = label();
                if (classIndex < 0)
                {
                    unlabeled++;
                    continue;
                }

                try
                {
                    cells.Add(image());
                    rows.Add(cursor.Position);
                    labels.Add(classIndex);
                }
                catch (InvalidDataException exception)
                {
                    InvalidDataException error = InvalidImage.Error(
                        cursor.Position, imageColumn.Name, null, exception, settings.OnInvalidImage);
                    if (throws)
                    {
                        throw error;
                    }

                    failures.Add((cursor.Position, error));
                }
            }
        }

        byte[][]? digests = withDigest ? new byte[cells.Count][] : null;
        failures.AddRange(TryAll(cells, rows, imageColumn.Name, decoder, settings.OnInvalidImage, digests, cancel));
        failures.Sort((one, other) => one.Row.CompareTo(other.Row));
        if (failures.Count > 0 && throws)
        {
            throw failures[0].Error;
        }

        int[] kept = [.. Enumerable.Range(0, cells.Count).Where(i => cells[i] is not null)];
        Report(channel, kept.Length, unlabeled, failures);
        return new TrainingImages(
            decoder,
            imageColumn.Name,
            [.. kept.Select(i => cells[i]!)],
            [.. kept.Select(i => rows[i])],
            [.. kept.Select(i => labels[i])],
            digests is null ? null : SHA256.HashData([.. kept.SelectMany(i => BitConverter.GetBytes(labels[i]).Concat(digests[i]))]));
    }

    /// <summary>
    /// Decodes every image once, on all processors; those that fail become null, the others give their digests where those are wanted.
    /// </summary>
    private static IEnumerable<(long Row, InvalidDataException Error)> TryAll(
        List<ImageCell?> cells,
        List<long> rows,
        string column,
        ImageDecoder decoder,
        InvalidImageAction action,
        byte[][]? digests,
        CancellationToken cancel)
    {
        var failures = new InvalidDataException?[cells.Count];
        ParallelImages.ForEach(Enumerable.Range(0, cells.Count), Environment.ProcessorCount, cancel, Try);
        for (int i = 0; i < failures.Length; i++)
        {
            cells[i] = failures[i] is null ? cells[i] : null;
        }

        return failures.Index().Where(failure => failure.Item is not null).Select(failure => (rows[failure.Index], failure.Item!));

        void Try(int i)
        {
            try
            {
                using RgbImage picture = cells[i]!.Decode(decoder);
                if (digests is not null)
                {
                    digests[i] = picture.Digest();
                }
            }
            catch (InvalidDataException exception)
            {
                failures[i] = InvalidImage.Error(rows[i], column, cells[i]!.Description, exception, action);
            }
        }
    }

    private static void Report(IChannel channel, int kept, long unlabeled, List<(long Row, InvalidDataException Error)> failures)
    {
        channel.Info(
            MessageSensitivity.None,
            $"Read {kept + unlabeled + failures.Count} rows: {kept} with an image to use, {unlabeled} without a label, "
            + $"{failures.Count} with an image that cannot be read.");
        if (unlabeled > 0)
        {
            channel.Warning(MessageSensitivity.None, $"{unlabeled} row(s) without a label were left out.");
        }

        if (failures.Count > 0)
        {
            channel.Warning(
                MessageSensitivity.UserData,
                $"{failures.Count} row(s) with an image that cannot be read were left out. The first: {failures[0].Error.Message}");
        }
    }
}
