using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;
using Onnx;
using DataLocation = Onnx.TensorProto.Types.DataLocation;

namespace Microsoft.ML.Loreal.Onnx;

/// <summary>A graph and what it says of itself as a file of ONNX.</summary>
internal static class OnnxFile
{
    // Every reader from 2022 on knows both; older opsets have no LayerNormalization.
    private const int OperatorSet = 17;
    private const int FormatVersion = 8;

    // A message may not be larger than 2 GiB; what is not weights takes far less than the rest.
    private const long MostInline = int.MaxValue - (64L << 20);

    // Smaller tensors stay in the model, shapes among them, which readers need to understand the graph.
    private const int SmallestExternal = 1 << 10;

    // A tensor that begins with a page can be mapped into memory as it is.
    private const int PageBytes = 1 << 12;

    /// <summary>The whole model.</summary>
    public static ModelProto Model(OnnxGraph graph, OnnxModelDescription description)
    {
        var model = new ModelProto
        {
            IrVersion = FormatVersion,
            ProducerName = "Microsoft.ML.Loreal",
            ProducerVersion = description.Version,
            Graph = graph.Proto,
            OpsetImport = { new OperatorSetIdProto { Version = OperatorSet } },
        };
        model.MetadataProps.AddRange(
            description.ToProperties().Select(property => new StringStringEntryProto { Key = property.Key, Value = property.Value }));
        return model;
    }

    /// <summary>Writes a model to a stream.</summary>
    /// <exception cref="NotSupportedException">Its weights need a file beside it. Nothing was written.</exception>
    /// <exception cref="OperationCanceledException">It was canceled; a part may be written.</exception>
    public static void Write(Stream stream, ModelProto model, CancellationToken cancel, long mostInline = MostInline)
    {
        if (WeightBytes(model) > mostInline)
        {
            throw new NotSupportedException(
                $"The weights take {WeightBytes(model)} bytes, more than the {mostInline} that one ONNX file holds. Export to a path: a "
                + "second file beside it holds them then.");
        }

        WriteTo(stream, model, cancel);
    }

    /// <summary>Checks, before a model is made and measured, that there can be a file of this name.</summary>
    /// <exception cref="IOException">It is a folder, or its folder is missing.</exception>
    public static void Check(string path)
    {
        foreach (string file in new[] { path, path + OnnxModelDescription.WeightsExtension })
        {
            if (Directory.Exists(file))
            {
                throw new IOException($"'{file}' is a folder; expected the name of a file, such as model.onnx in it.");
            }
        }

        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"There is no folder '{folder}' for '{path}'; make it first, or name another.");
        }
    }

    /// <summary>
    /// Writes a model under another name and moves it to its place when it is complete; where it is asked for, or the weights are too large
    /// for one file, these stand in a second one, whose name ends in .data. That ends with its identity, which the model has too: whoever
    /// opens the two can tell whether a crash between the moves left an older one of either.
    /// </summary>
    public static void Write(
        string path, ModelProto model, OnnxExportOptions options, long mostInline = MostInline, Func<string, Stream>? create = null)
    {
        create ??= Create;
        bool external = options.ExternalWeights || WeightBytes(model) > mostInline;
        string data = path + OnnxModelDescription.WeightsExtension;
        string mark = $".{Guid.NewGuid():N}.tmp";
        try
        {
            if (external)
            {
                using Stream weights = create(data + mark);
                byte[] identity = MoveWeights(model, weights, Path.GetFileName(data), options.CancellationToken);
                weights.Write(identity);
                model.MetadataProps.Add(new StringStringEntryProto
                {
                    Key = OnnxModelDescription.WeightsIdentityKey,
                    Value = Convert.ToHexStringLower(identity),
                });
            }

            using (Stream stream = create(path + mark))
            {
                WriteTo(stream, model, options.CancellationToken);
            }

            options.CancellationToken.ThrowIfCancellationRequested();
            if (external)
            {
                File.Move(data + mark, data, overwrite: true);
            }

            File.Move(path + mark, path, overwrite: true);
        }
        catch
        {
            File.Delete(data + mark);
            File.Delete(path + mark);
            throw;
        }
    }

    private static long WeightBytes(ModelProto model) => model.Graph.Initializer.Sum(tensor => (long)tensor.RawData.Length);

    private static FileStream Create(string path) => new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);

    private static void WriteTo(Stream stream, ModelProto model, CancellationToken cancel)
    {
        using var cancelable = new CancelableStream(stream, cancel);
        model.WriteTo(cancelable);
        cancelable.Flush();
    }

    /// <summary>Moves the weights to the second file.</summary>
    /// <returns>The SHA-256 of the weights.</returns>
    private static byte[] MoveWeights(ModelProto model, Stream weights, string location, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (TensorProto tensor in model.Graph.Initializer.Where(tensor => tensor.RawData.Length >= SmallestExternal))
        {
            cancel.ThrowIfCancellationRequested();
            weights.Position = (weights.Position + PageBytes - 1) / PageBytes * PageBytes;
            (string Key, long Value)[] place = [("offset", weights.Position), ("length", tensor.RawData.Length)];
            weights.Write(tensor.RawData.Span);
            hash.AppendData(tensor.RawData.Span);
            tensor.RawData = ByteString.Empty;
            tensor.DataLocation = DataLocation.External;
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
            tensor.ExternalData.AddRange(place.Select(
                entry => new StringStringEntryProto { Key = entry.Key, Value = entry.Value.ToString(CultureInfo.InvariantCulture) }));
        }

        return hash.GetHashAndReset();
    }
}
