using System.Runtime.CompilerServices;

// Loading and saving are internal to ML.NET.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
