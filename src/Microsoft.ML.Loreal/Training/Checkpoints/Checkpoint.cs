using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Loreal.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Training.Checkpoints;

/// <summary>
/// The content of a checkpoint: which training it belongs to, how far that is, and its tensors. As a file it is safetensors, with the rest
/// and a SHA-256 of everything in the metadata.
/// </summary>
/// <param name="configuration">The settings and the data, as <see cref="TrainingConfiguration"/> describes them.</param>
/// <param name="position">How far the training is.</param>
/// <param name="tensors">The tensors by their names; the checkpoint does not own them unless it was read from a file.</param>
internal sealed class Checkpoint(string configuration, TrainingPosition position, IReadOnlyDictionary<string, Tensor> tensors) : IDisposable
{
    private const string Format = "1";
    private const string FormatKey = "loreal.checkpoint";
    private const string ConfigurationKey = "configuration";
    private const string PositionKey = "position";
    private const string DigestKey = "sha256";

    /// <summary>The settings and the data, as JSON.</summary>
    public string Configuration => configuration;

    /// <summary>How far the training is.</summary>
    public TrainingPosition Position => position;

    /// <summary>The tensors by their names.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => tensors;

    /// <summary>Reads a file.</summary>
    /// <returns>The checkpoint, with its tensors on the CPU; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">The file is damaged or of another version; the message says so and what to do.</exception>
    public static Checkpoint Read(string path)
    {
        try
        {
            using var file = SafetensorsFile.Read(path);
            if (Text(file, FormatKey) is not Format)
            {
                throw new InvalidDataException($"its format is {Text(file, FormatKey)}, this version of the package reads {Format}");
            }

            var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
            using DisposeScope scope = NewDisposeScope();
            foreach (string name in file.Tensors.Keys)
            {
                tensors[name] = file.ReadTensor(name);
            }

            (string configuration, string place) = (Text(file, ConfigurationKey), Text(file, PositionKey));
            if (Digest(configuration, place, tensors) != Text(file, DigestKey))
            {
                throw new InvalidDataException("its content is not what was written");
            }

            TrainingPosition position = JsonSerializer.Deserialize<TrainingPosition>(place)
                ?? throw new InvalidDataException("it has no position");
            foreach (Tensor tensor in tensors.Values)
            {
                tensor.DetachFromDisposeScope();
            }

            return new Checkpoint(configuration, position, tensors);
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException or EndOfStreamException)
        {
            throw new InvalidDataException(
                $"The checkpoint '{path}' cannot be used: {exception.Message}. Delete it to train from the beginning.", exception);
        }
    }

    /// <summary>Writes the file's content.</summary>
    public void Write(Stream stream)
    {
        string place = JsonSerializer.Serialize(position);
        SafetensorsWriter.Write(stream, tensors.Select(t => (t.Key, t.Value)), new Dictionary<string, string>
        {
            [FormatKey] = Format,
            [ConfigurationKey] = configuration,
            [PositionKey] = place,
            [DigestKey] = Digest(configuration, place, tensors),
        });
    }

    /// <summary>Frees the tensors of a checkpoint that was read.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private static string Text(SafetensorsFile file, string key) =>
        file.Metadata.TryGetValue(key, out string? value) ? value : throw new InvalidDataException($"it has no entry '{key}'");

    private static string Digest(string configuration, string place, IReadOnlyDictionary<string, Tensor> tensors)
    {
        using IDisposable noGrad = no_grad();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(Encoding.UTF8.GetBytes(configuration));
        Add(Encoding.UTF8.GetBytes(place));
        foreach ((string name, Tensor tensor) in tensors.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            using DisposeScope scope = NewDisposeScope();
            Add(Encoding.UTF8.GetBytes(name));
            Add([(byte)tensor.dtype]);
            Add(MemoryMarshal.AsBytes<long>(tensor.shape));
            Add(tensor.cpu().contiguous().bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Add(ReadOnlySpan<byte> bytes)
        {
            // With its length before it every part has its own place.
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }
    }
}
