using System.Text.RegularExpressions;

namespace Microsoft.ML.Loreal.Tests.House;

/// <summary>
/// Every tensor is made with its type and its device named: an application may have changed what the tensor library takes for them
/// otherwise.
/// </summary>
[TestClass]
public sealed partial class TensorTypeTests
{
    [TestMethod]
    public void EveryTensorIsMadeWithItsTypeAndDevice()
    {
        int made = 0;
        var found = new List<string>();
        foreach (string file in Directory.EnumerateFiles(Repository.At("src"), "*.cs", SearchOption.AllDirectories))
        {
            string text = File.ReadAllText(file);
            foreach (Match call in Factory().Matches(text))
            {
                made++;
                string arguments = Arguments(text, call.Index + call.Length);
                if (!Type().IsMatch(arguments) || !Device().IsMatch(arguments))
                {
                    int line = 1 + text.AsSpan(0, call.Index).Count('\n');
                    found.Add($"{Path.GetRelativePath(Repository.Root, file)}:{line}: {call.Value}{arguments})");
                }
            }
        }

        Assert.IsGreaterThan(25, made);
        Assert.IsEmpty(found, "Without a type or a device:\n" + string.Join('\n', found));
    }

    /// <summary>The functions that make a tensor from numbers or sizes. Those like zeros_like take both from another tensor.</summary>
    [GeneratedRegex(
        @"(?<![\w.]|new )(torch\.)?(zeros|ones|empty|full|eye|arange|linspace|logspace|rand|randn|randint|randperm|normal|tensor|as_tensor"
        + @"|from_array|frombuffer|scalar_tensor|empty_strided|tril_indices|triu_indices|bartlett_window|hann_window)\(")]
    private static partial Regex Factory();

    [GeneratedRegex(@"\b(ScalarType\.\w+|float16|bfloat16|float32|float64|int64|int32|int8|uint8|@bool|[tT]ype|ToScalarType)\b")]
    private static partial Regex Type();

    [GeneratedRegex(@"\b(CPU|\w*[dD]evice)\b")]
    private static partial Regex Device();

    /// <summary>What stands before the bracket that closes the one at the position.</summary>
    private static string Arguments(string text, int position)
    {
        int depth = 1;
        int end = position;
        for (; depth > 0; end++)
        {
            depth += text[end] switch { '(' => 1, ')' => -1, _ => 0 };
        }

        return text[position..(end - 1)];
    }
}
