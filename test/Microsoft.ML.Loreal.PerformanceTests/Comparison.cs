using System.Globalization;

namespace Microsoft.ML.Loreal.PerformanceTests;

/// <summary>A table of our times against an alternative's, printed row by row as they are measured.</summary>
internal sealed class Comparison
{
    private readonly string _ours;
    private readonly string _other;

    public Comparison(string title, string ours, string other)
    {
        _ours = ours;
        _other = other;
        Console.WriteLine();
        Console.WriteLine(title);
        Console.WriteLine(Machine.Description);
        Console.WriteLine();
        Console.WriteLine($"| case | {_ours}: min / median / max ms | {_other}: min / median / max ms | ratio of medians | runs |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
    }

    public void Add(string name, Timing ours, Timing? other, string note = "")
    {
        string ratio = other is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{other.Median / ours.Median:0.00}x");
        string noted = note.Length > 0 ? $"{name} ({note})" : name;
        string others = other is null ? "" : Milliseconds(other);
        Console.WriteLine($"| {noted} | {Milliseconds(ours)} | {others} | {ratio} | {ours.Runs}, {other?.Runs ?? 0} |");
    }

    public static void Line(string text) => Console.WriteLine(text);

    public static string Milliseconds(Timing timing) =>
        string.Create(CultureInfo.InvariantCulture, $"{Short(timing.Min)} / {Short(timing.Median)} / {Short(timing.Max)}");

    private static string Short(double seconds) => (seconds * 1000).ToString(seconds < 0.1 ? "0.00" : "0", CultureInfo.InvariantCulture);
}
