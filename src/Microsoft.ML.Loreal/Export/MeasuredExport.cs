using System.Globalization;
using System.Numerics.Tensors;
using Microsoft.ML.Loreal.Images;
using Microsoft.ML.Loreal.Onnx;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Loreal.Sessions;
using Microsoft.ML.Loreal.Training.Data;
using Microsoft.ML.Runtime;
using Onnx;

namespace Microsoft.ML.Loreal.Export;

/// <summary>
/// An export that may cost accuracy: the model that is to be written scores the calibration pictures with ONNX Runtime first, and is
/// refused where it loses too much.
/// </summary>
internal sealed class MeasuredExport(Scorer scorer, OnnxExportOptions options, IChannel channel)
{
    private const int BatchPictures = 32;
    private const string Int8Key = "loreal.int8";
    private const string TextSideKey = "loreal.text_side";

    /// <summary>The model, measured, with what was found in its metadata.</summary>
    /// <exception cref="ArgumentException">There are too few pictures, or a column is missing.</exception>
    /// <exception cref="InvalidDataException">A picture cannot be used.</exception>
    /// <exception cref="InvalidOperationException">It loses more than the options allow.</exception>
    public ModelProto Model()
    {
        var all = TrainingImages.Read(
            options.CalibrationData!,
            options.LabelColumnName,
            scorer.ClassNames,
            scorer.Settings,
            withDigest: false,
            channel,
            options.CancellationToken);
        bool compiles = options.TextSide == OnnxTextSide.Compiled;
        int least = compiles ? 2 : 1; // one for the fit, one to measure
        if (all.Count < least)
        {
            throw new ArgumentException(
                $"{nameof(options.CalibrationData)} has {all.Count} usable picture(s); expected: at least {least}, better some hundred, "
                + "such as those of the training. Rows without a label of the classes, or with a picture that cannot be read, do not "
                + "count; the log tells how many there were.",
                nameof(options));
        }

        // Every other picture is kept from the fit.
        int[] numbers = [.. Enumerable.Range(0, all.Count)];
        var forFit = new ImageSelection(all, [.. numbers.Where(i => i % 2 == 0)]);
        ILabeledImages held = compiles ? new ImageSelection(all, [.. numbers.Where(i => i % 2 == 1)]) : all;
        using CompiledText? text = compiles ? scorer.Model.CompileText(forFit, options.CancellationToken) : null;
        int[] expected = Predictions(scorer, held);
        var found = new List<StringStringEntryProto>();
        string int8 = compiles ? "Quantization Int8 with TextSide Compiled" : "Quantization Int8";
        ModelProto? measured = null;
        if (compiles)
        {
            measured = scorer.Model.ToOnnx(options.ForPixels(OnnxQuantization.None), text);
            found.Add(Measure(
                measured, held, expected, "TextSide Compiled", nameof(options.MaxTextSideLoss), options.MaxTextSideLoss)
                .ToProperty(TextSideKey));
        }

        if (options.Quantization == OnnxQuantization.Int8)
        {
            measured = scorer.Model.ToOnnx(options.ForPixels(OnnxQuantization.Int8), text);
            found.Add(Measure(measured, held, expected, int8, nameof(options.MaxAccuracyLoss), options.MaxAccuracyLoss)
                .ToProperty(Int8Key));
        }

        // What was measured last is what was asked for, unless it is to take whole pictures.
        ModelProto model = options.Input == OnnxInput.Pixels ? measured! : scorer.Model.ToOnnx(options, text);
        model.MetadataProps.AddRange(found);
        return model;
    }

    private ExportLoss Measure(
        ModelProto model, ILabeledImages images, int[] expected, string setting, string limitName, double limit)
    {
        if (images.Count * limit < 1)
        {
            channel.Warning(
                MessageSensitivity.None,
                $"{setting} is measured on {images.Count} picture(s), too few to tell a loss of {limitName}, "
                + string.Create(CultureInfo.InvariantCulture, $"{limit:P2}")
                + (limit > 0
                    ? string.Create(CultureInfo.InvariantCulture, $", which takes {Math.Ceiling(1 / limit)}: ")
                    : ": ")
                + "what the file costs on other pictures may be much more. Give more pictures, each once.");
        }

        using var stream = new MemoryStream();
        OnnxFile.Write(stream, model, options.CancellationToken);
        stream.Position = 0;
        var opened = OnnxModel.Open(OnnxFiles.Read(stream), null, new LorealClassifierOptions(), nameof(MeasuredExport));
        using var exported = new OnnxScorer(opened, scorer.Settings);
        var loss = ExportLoss.Of(expected, Predictions(exported, images), options.LabelColumnName is null ? null : images.Labels);
        channel.Info(MessageSensitivity.None, $"{setting}: {loss}.");
        return loss.Share <= limit
            ? loss
            : throw new InvalidOperationException(
                $"{setting}: {loss}. "
                + string.Create(CultureInfo.InvariantCulture, $"That is {loss.Share:P2}; {limitName} allows {limit:P2}. ")
                + $"Nothing was written. Export without it, or set {limitName} higher"
                + (options.LabelColumnName is null
                    ? $", or give labels with {nameof(options.LabelColumnName)}, so that accuracy decides and not every changed "
                        + "prediction."
                    : "."));
    }

    private int[] Predictions(IScorer model, ILabeledImages images)
    {
        int classes = model.ClassNames.Count;
        float[] probabilities = new float[BatchPictures * classes];
        int[] predictions = new int[images.Count];
        using IScorerInput input = model.CreateInput(BatchPictures);
        for (int first = 0; first < images.Count; first += BatchPictures)
        {
            int count = Math.Min(BatchPictures, images.Count - first);
            ParallelImages.ForEach(Enumerable.Range(0, count), Environment.ProcessorCount, options.CancellationToken, slot =>
            {
                using RgbImage image = images.Load(first + slot);
                input.Fill(slot, image);
            });
            input.Score(count, probabilities.AsSpan(0, count * classes));
            for (int slot = 0; slot < count; slot++)
            {
                ReadOnlySpan<float> one = probabilities.AsSpan(slot * classes, classes);
                predictions[first + slot] = TensorPrimitives.IndexOfMax(one);
            }
        }

        return predictions;
    }
}
