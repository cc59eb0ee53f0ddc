using System.Runtime.CompilerServices;

// The tests have a transformer of their own that ML.NET saves and loads.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
