namespace Microsoft.ML;

/// <summary>Names a class that models can ask for: by which names, and with which parameters it is made.</summary>
internal abstract class LoadableClassAttributeBase : Attribute
{
    protected LoadableClassAttributeBase(string summary, Type instType, Type loaderType, Type argType, Type[] sigTypes, string userName, params string[] loadNames)
    {
        ArgumentNullException.ThrowIfNull(instType);
        ArgumentNullException.ThrowIfNull(loaderType);
        ArgumentNullException.ThrowIfNull(sigTypes);
        InstanceType = instType;
        LoaderType = loaderType;
        ArgType = argType;
        SigTypes = sigTypes;
        CtorTypes = ParametersOf(sigTypes, argType);
        Summary = summary;
        UserName = userName;
        LoadNames = loadNames?.Length > 0 ? loadNames : [userName];
        if (LoadNames.Any(string.IsNullOrWhiteSpace))
        {
            throw new ArgumentOutOfRangeException(nameof(loadNames), "LoadableClass loadName parameter can't be empty");
        }
    }

    public Type InstanceType { get; }

    public Type LoaderType { get; }

    public Type ArgType { get; }

    public Type[] SigTypes { get; }

    public Type[] CtorTypes { get; }

    public string Summary { get; }

    public string UserName { get; }

    public string[] LoadNames { get; }

    public string DocName { get; set; }

    private static Type[] ParametersOf(Type[] sigTypes, Type argType)
    {
        Type[] common = null;
        foreach (var sigType in sigTypes)
        {
            var invoke = sigType?.BaseType == typeof(MulticastDelegate) ? sigType.GetMethod("Invoke") : null;
            if (invoke is null || invoke.ReturnType != typeof(void))
            {
                throw new ArgumentOutOfRangeException(nameof(sigTypes), "LoadableClass signature type must be a delegate type with void return");
            }
            var parameters = invoke.GetParameters().Select(static parameter => parameter.ParameterType).ToArray();
            if (common is not null && !common.SequenceEqual(parameters))
            {
                throw new ArgumentOutOfRangeException(nameof(sigTypes), "LoadableClass signatures must have the same set of parameters");
            }
            common = parameters;
        }
        if (common is null)
        {
            throw new ArgumentOutOfRangeException(nameof(sigTypes), "A LoadableClass needs a signature type.");
        }
        return argType is null ? common : [argType, .. common];
    }
}
