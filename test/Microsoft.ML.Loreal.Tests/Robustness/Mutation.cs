namespace Microsoft.ML.Loreal.Tests.Robustness;

/// <summary>Damages bytes as disks, networks and attackers do: flipped bits, cuts, overwritten and moved pieces.</summary>
internal static class Mutation
{
    public static byte[] Of(byte[] original, Random random)
    {
        byte[] bytes = (byte[])original.Clone();
        for (int count = random.Next(1, 4); count > 0 && bytes.Length > 0; count--)
        {
            int at = random.Next(bytes.Length);
            int length = random.Next(1, Math.Min(16, bytes.Length - at) + 1);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    random.NextBytes(bytes.AsSpan(at, length));
                    break;
                case 2:
                    bytes.AsSpan(at, length).Fill(random.Next(2) == 0 ? byte.MinValue : byte.MaxValue);
                    break;
                case 3:
                    bytes = [.. bytes[..at], .. bytes[(at + length)..]];
                    break;
                default:
                    int from = random.Next(bytes.Length - length + 1);
                    bytes = [.. bytes[..at], .. bytes[from..(from + length)], .. bytes[at..]];
                    break;
            }
        }
        return bytes;
    }
}
