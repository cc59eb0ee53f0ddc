using System.Text.Json;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Samples.TrainBackbone;

/// <summary>Writes tensors as float16 into a safetensors file.</summary>
internal static class SafetensorsWriter
{
    internal static void Write(string path, IReadOnlyList<(string Name, Tensor Value)> tensors)
    {
        var header = new Dictionary<string, object> { ["__metadata__"] = new Dictionary<string, string> { ["format"] = "pt" } };
        var offset = 0L;
        foreach (var (name, value) in tensors)
        {
            var size = value.numel() * 2;
            header.Add(name, new { dtype = "F16", shape = value.shape, data_offsets = new[] { offset, offset + size } });
            offset += size;
        }
        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        // The header is filled up with spaces so that the data starts at a multiple of 8.
        var padded = (json.Length + 7) / 8 * 8;
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write((ulong)padded);
        writer.Write(json);
        writer.Write(Enumerable.Repeat((byte)' ', padded - json.Length).ToArray());
        foreach (var (_, value) in tensors)
        {
            using var scope = NewDisposeScope();
            foreach (var number in value.to(ScalarType.Float32).contiguous().reshape(-1).data<float>().ToArray())
            {
                writer.Write((Half)number);
            }
        }
    }
}
