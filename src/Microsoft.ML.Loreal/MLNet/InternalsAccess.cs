using System.Runtime.CompilerServices;

// Loading, saving and reaching a catalog's environment are internal to ML.NET.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
