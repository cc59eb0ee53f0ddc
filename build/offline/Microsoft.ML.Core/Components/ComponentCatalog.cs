using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Microsoft.ML.Runtime;

/// <summary>The loadable classes that an environment knows, by signature type and lower-case name.</summary>
public sealed class ComponentCatalog
{
    private readonly Lock _lock = new();
    private readonly HashSet<Assembly> _assemblies = [];
    private readonly Dictionary<(Type Signature, string Name), LoadableClass> _classes = [];

    internal ComponentCatalog()
    {
    }

    public void RegisterAssembly(Assembly assembly, bool throwOnError = true)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        lock (_lock)
        {
            if (!_assemblies.Add(assembly))
            {
                return;
            }
            foreach (var attribute in assembly.GetCustomAttributes<LoadableClassAttributeBase>())
            {
                var loadable = LoadableClass.TryCreate(attribute);
                if (loadable is not null)
                {
                    Register(attribute, loadable, throwOnError);
                }
                else if (throwOnError)
                {
                    throw new InvalidOperationException($"Can't instantiate loadable class '{attribute.InstanceType.Name}' with name '{attribute.LoadNames[0]}'");
                }
            }
        }
    }

    internal bool TryCreateInstance(IHostEnvironment env, string name, Type signature, object[] arguments, out object instance)
    {
        LoadableClass loadable;
        lock (_lock)
        {
            if (!_classes.TryGetValue((signature, Key(name)), out loadable))
            {
                instance = null;
                return false;
            }
        }
        instance = loadable.Create(env, arguments);
        return true;
    }

    private void Register(LoadableClassAttributeBase attribute, LoadableClass loadable, bool throwOnError)
    {
        foreach (var signature in attribute.SigTypes)
        {
            foreach (var name in attribute.LoadNames)
            {
                if (!_classes.TryAdd((signature, Key(name)), loadable) && throwOnError)
                {
                    throw new InvalidOperationException($"ComponentCatalog cannot map name '{name}' and SignatureType '{signature}' to {attribute.InstanceType.Name}, already mapped to another class.");
                }
            }
        }
    }

    private static string Key(string name) => name.ToLowerInvariant().Trim();

    /// <summary>How one loadable class is made: its constructor or its static Create, with or without the environment in front.</summary>
    private sealed class LoadableClass(MethodBase maker, bool takesEnvironment)
    {
        private const BindingFlags AnyVisibility = BindingFlags.Public | BindingFlags.NonPublic;

        public static LoadableClass TryCreate(LoadableClassAttributeBase attribute)
        {
            Type[] withEnvironment = [typeof(IHostEnvironment), .. attribute.CtorTypes];
            if (CreateMethod(attribute, attribute.CtorTypes) is { } create)
            {
                return new LoadableClass(create, takesEnvironment: false);
            }
            if (CreateMethod(attribute, withEnvironment) is { } createWithEnvironment)
            {
                return new LoadableClass(createWithEnvironment, takesEnvironment: true);
            }
            if (Constructor(attribute, attribute.CtorTypes) is { } constructor)
            {
                return new LoadableClass(constructor, takesEnvironment: false);
            }
            return Constructor(attribute, withEnvironment) is { } constructorWithEnvironment
                ? new LoadableClass(constructorWithEnvironment, takesEnvironment: true)
                : null;
        }

        public object Create(IHostEnvironment env, object[] arguments)
        {
            object[] all = takesEnvironment ? [env, .. arguments] : arguments;
            try
            {
                return maker is ConstructorInfo constructor ? constructor.Invoke(all) : maker.Invoke(null, all);
            }
            catch (TargetInvocationException problem)
            {
                // What went wrong inside is what the caller wants to see, with its own type and stack.
                ExceptionDispatchInfo.Throw(problem.InnerException ?? problem);
                throw;
            }
        }

        private static MethodInfo CreateMethod(LoadableClassAttributeBase attribute, Type[] parameters)
        {
            var method = attribute.LoaderType.GetMethod("Create", BindingFlags.Static | AnyVisibility, null, parameters, null);
            return method?.ReturnType == attribute.InstanceType ? method : null;
        }

        private static ConstructorInfo Constructor(LoadableClassAttributeBase attribute, Type[] parameters)
            => attribute.InstanceType.IsAssignableFrom(attribute.LoaderType)
                ? attribute.LoaderType.GetConstructor(BindingFlags.Instance | AnyVisibility, null, parameters, null)
                : null;
    }
}
