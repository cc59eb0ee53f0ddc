using System.Runtime.InteropServices;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Loreal.Samples.TrainBackbone;

/// <summary>Float16 tensors in a safetensors file.</summary>
internal static class Safetensors
{
    internal static void Write(string path, IReadOnlyList<(string Name, Tensor Value)> tensors)
    {
        var header = new Dictionary<string, object> { ["__metadata__"] = new Dictionary<string, string> { ["format"] = "pt" } };
        long offset = 0L;
        foreach ((string? name, Tensor? value) in tensors)
        {
            long size = value.numel() * 2;
            header.Add(name, new { dtype = "F16", shape = value.shape, data_offsets = new[] { offset, offset + size } });
            offset += size;
        }
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
        // The header is filled up with spaces so that the data starts at a multiple of 8.
        int padded = (json.Length + 7) / 8 * 8;
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write((ulong)padded);
        writer.Write(json);
        writer.Write(Enumerable.Repeat((byte)' ', padded - json.Length).ToArray());
        foreach ((string _, Tensor? value) in tensors)
        {
            using DisposeScope scope = NewDisposeScope();
            foreach (float number in value.to(ScalarType.Float32).contiguous().reshape(-1).data<float>().ToArray())
            {
                writer.Write((Half)number);
            }
        }
    }

    /// <summary>The numbers of each tensor in a file that <see cref="Write"/> has written.</summary>
    internal static Dictionary<string, float[]> Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int start = 8 + (int)BitConverter.ToUInt64(bytes, 0);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, start - 8));
        var result = new Dictionary<string, float[]>();
        foreach (JsonProperty entry in header.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__"))
        {
            JsonElement offsets = entry.Value.GetProperty("data_offsets");
            (int from, int to) = (offsets[0].GetInt32(), offsets[1].GetInt32());
            Half[] halves = MemoryMarshal.Cast<byte, Half>(bytes.AsSpan(start + from, to - from)).ToArray();
            result.Add(entry.Name, halves.Select(half => (float)half).ToArray());
        }
        return result;
    }
}
