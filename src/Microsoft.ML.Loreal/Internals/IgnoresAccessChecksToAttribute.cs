using System.Runtime.CompilerServices;

// ML.NET keeps what an extension needs for loading, saving and reaching a catalog's environment internal. Everything of that kind which
// this package uses is in this folder and nowhere else.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]

namespace System.Runtime.CompilerServices;

/// <summary>Tells the runtime, which knows the attribute by this name, that this assembly may use the internals of another one.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
