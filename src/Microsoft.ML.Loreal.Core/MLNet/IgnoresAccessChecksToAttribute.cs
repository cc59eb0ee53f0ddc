using System.Runtime.CompilerServices;

// The constructor of a schema shape's columns is internal to ML.NET.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]

namespace System.Runtime.CompilerServices;

/// <summary>Tells the runtime, which knows the attribute by this name, that an assembly may use the internals of another one.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
