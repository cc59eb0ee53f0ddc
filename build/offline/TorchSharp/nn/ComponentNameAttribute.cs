namespace TorchSharp;

// The name under which a field's parameter, buffer or module is registered, where it is not the field's own name.
[AttributeUsage(AttributeTargets.Field)]
internal sealed class ComponentNameAttribute(string name) : Attribute
{
    internal string Name { get; } = name;
}
