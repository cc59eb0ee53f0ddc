namespace Microsoft.ML.Runtime;

/// <summary>A named place in the tree environment, host, channel; exceptions thrown in its name carry it.</summary>
internal abstract class ContextNode : IExceptionContext
{
    protected const string ThrowingComponent = "Throwing component";
    protected const string ParentComponent = "Parent component";
    protected const string Phase = "Phase";

    protected ContextNode(string name, string parentName)
    {
        Name = name;
        ParentName = parentName;
        FullName = string.IsNullOrEmpty(parentName) ? name : $"{parentName}; {name}";
    }

    public string Name { get; }

    public string ParentName { get; }

    public string FullName { get; }

    public virtual string ContextDescription => FullName;

    public virtual TException Process<TException>(TException ex)
        where TException : Exception
    {
        if (ex is not null)
        {
            ex.Data[ThrowingComponent] = Name;
            ex.Data[ParentComponent] = ParentName;
            Contracts.Mark(ex);
        }
        return ex;
    }
}
