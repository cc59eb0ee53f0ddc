using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.Loreal.Scoring;

/// <summary>What tells a trained model from others.</summary>
internal static class ModelDigest
{
    /// <summary>The SHA-256 of everything that decides what a model says, its backbone included, as hexadecimal digits.</summary>
    public static string Of(ScoredModel model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(Encoding.UTF8.GetBytes(model.Backbone.Identity));
        model.Save((name, write) =>
        {
            using var content = new MemoryStream();
            write(content);
            Add(Encoding.UTF8.GetBytes(name));
            Add(content.ToArray());
        });
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Add(byte[] bytes)
        {
            // With its length before it every part has its own place.
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }
    }
}
