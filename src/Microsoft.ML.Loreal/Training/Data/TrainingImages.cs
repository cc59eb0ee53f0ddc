using System.Security.Cryptography;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Labels;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Loreal.Training.Data;

/// <summary>The labelled images of a data view, checked once and decoded again each time that training looks at one.</summary>
internal sealed class TrainingImages : ILabelledImages
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
    public string Digest => Convert.ToHexStringLower(_digest ?? throw new InvalidOperationException("The images were read without a digest."));

    public string? Identity => _digest is null ? null : Digest;

    public RgbImage Load(int index)
    {
        try
        {
            return _cells[index].Decode(_decoder);
        }
        catch (InvalidDataException exception)
        {
            throw InvalidImage.Error(_rows[index], _column, _cells[index].Description, exception);
        }
    }

    /// <summary>
    /// Reads all rows and tries every image, so that a bad one is found before training starts. Without a label column every label is 0.
    /// </summary>
    /// <exception cref="ArgumentException">A row is of none of the classes.</exception>
    public static TrainingImages Read(
        IDataView data,
        DataViewSchema.Column? labelColumn,
        DataViewSchema.Column imageColumn,
        string[] classNames,
        ImageDecoder decoder,
        InvalidImageAction onInvalid,
        bool withDigest,
        IChannel channel,
        CancellationToken cancel)
    {
        var cells = new List<ImageCell?>();
        var rows = new List<long>();
        var labels = new List<int>();
        var failures = new List<InvalidDataException>();
        long unlabelled = 0;
        using (DataViewRowCursor cursor = data.GetRowCursor(labelColumn is { } needed ? [needed, imageColumn] : [imageColumn]))
        {
            Func<int> label = labelColumn is { } column ? LabelColumn.Reader(cursor, column, classNames) : () => 0;
            Func<ImageCell> image = ImageColumn.Reader(cursor, imageColumn);
            while (cursor.MoveNext())
            {
                cancel.ThrowIfCancellationRequested();
                int classIndex = label();
                if (classIndex < 0)
                {
                    unlabelled++;
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
                    failures.Add(InvalidImage.Error(cursor.Position, imageColumn.Name, null, exception));
                    if (onInvalid == InvalidImageAction.Throw)
                    {
                        throw failures[^1];
                    }
                }
            }
        }

        byte[][]? digests = withDigest ? new byte[cells.Count][] : null;
        failures.AddRange(TryAll(cells, rows, imageColumn.Name, decoder, digests, cancel));
        if (failures.Count > 0 && onInvalid == InvalidImageAction.Throw)
        {
            throw failures[0];
        }

        Warn(channel, unlabelled, failures);
        int[] kept = [.. Enumerable.Range(0, cells.Count).Where(i => cells[i] is not null)];
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
    private static IEnumerable<InvalidDataException> TryAll(
        List<ImageCell?> cells, List<long> rows, string column, ImageDecoder decoder, byte[][]? digests, CancellationToken cancel)
    {
        var failures = new InvalidDataException?[cells.Count];
        Parallel.For(0, cells.Count, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
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
                failures[i] = InvalidImage.Error(rows[i], column, cells[i]!.Description, exception);
            }
        });
        for (int i = 0; i < failures.Length; i++)
        {
            cells[i] = failures[i] is null ? cells[i] : null;
        }

        return failures.OfType<InvalidDataException>();
    }

    private static void Warn(IChannel channel, long unlabelled, List<InvalidDataException> failures)
    {
        if (unlabelled > 0)
        {
            channel.Warning(MessageSensitivity.None, $"{unlabelled} row(s) without a label were left out.");
        }

        if (failures.Count > 0)
        {
            channel.Warning(MessageSensitivity.UserData, $"{failures.Count} row(s) with an image that cannot be read were left out. The first: {failures[0].Message}");
        }
    }
}
