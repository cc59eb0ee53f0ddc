using Microsoft.ML.Loreal.PerformanceTests;

var benchmarks = new Dictionary<string, (string What, Action Run)>
{
    ["blas"] = ("GFLOP/s of one matrix product: is a fast BLAS in use?", BlasBenchmark.Run),
};

if (args.Length == 1 && benchmarks.TryGetValue(args[0], out var benchmark))
{
    benchmark.Run();
    return 0;
}

foreach (var (name, (what, _)) in benchmarks)
{
    Console.WriteLine($"{name,-10} {what}");
}

return args.Length == 0 ? 0 : 2;
