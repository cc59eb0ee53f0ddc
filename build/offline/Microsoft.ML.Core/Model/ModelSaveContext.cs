using System.Text;
using Microsoft.ML.Internal.Utilities;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

public sealed class ModelSaveContext : IDisposable
{
    internal readonly RepositoryWriter Repository;
    internal readonly string Directory;
    internal readonly BinaryWriter Writer;
    internal readonly NormStr.Pool Strings = new();
    internal readonly long FpMin;
    internal ModelHeader Header;

    private readonly Repository.Entry _entry;
    private string _loaderAssemblyName;

    internal ModelSaveContext(RepositoryWriter rep, string dir, string name)
    {
        ArgumentNullException.ThrowIfNull(rep);
        ArgumentException.ThrowIfNullOrEmpty(name);
        Repository = rep;
        Directory = dir;
        _entry = rep.CreateEntry(dir, name);
        Writer = new BinaryWriter(_entry.Stream, Encoding.UTF8, leaveOpen: true);
        ModelHeader.BeginWrite(Writer, out FpMin, out Header);
    }

    internal ModelSaveContext(BinaryWriter writer, IExceptionContext ectx = null)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Writer = writer;
        ModelHeader.BeginWrite(Writer, out FpMin, out Header);
    }

    internal bool InRepository => Repository is not null;

    internal static void Save(BinaryWriter writer, Action<ModelSaveContext> fn)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(fn);
        using var context = new ModelSaveContext(writer);
        fn(context);
        context.Done();
    }

    internal static void SaveModel<T>(RepositoryWriter rep, T value, string path)
        where T : class
    {
        if (value is not ICanSaveModel saveable)
        {
            return;
        }
        using var context = new ModelSaveContext(rep, path, ModelLoadContext.ModelStreamName);
        saveable.Save(context);
        context.Done();
    }

    internal void SaveModel<T>(T value, string name)
        where T : class
    {
        RequireRepository("a sub-model");
        SaveModel(Repository, value, SubDirectory(name));
    }

    internal void SaveSubModel(string dir, Action<ModelSaveContext> fn)
    {
        RequireRepository("a sub-model");
        ArgumentException.ThrowIfNullOrEmpty(dir);
        ArgumentNullException.ThrowIfNull(fn);
        using var context = new ModelSaveContext(Repository, SubDirectory(dir), ModelLoadContext.ModelStreamName);
        fn(context);
        context.Done();
    }

    internal void SaveTextStream(string name, Action<TextWriter> action)
    {
        RequireRepository("a text stream");
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(action);
        using var entry = Repository.CreateEntry(Directory, name);
        using var writer = new StreamWriter(entry.Stream, leaveOpen: true);
        action(writer);
    }

    internal void SaveBinaryStream(string name, Action<BinaryWriter> action)
    {
        RequireRepository("a binary stream");
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(action);
        using var entry = Repository.CreateEntry(Directory, name);
        using var writer = new BinaryWriter(entry.Stream, Encoding.UTF8, leaveOpen: true);
        action(writer);
    }

    internal void SaveStringOrNull(string str) => Writer.Write(str is null ? -1 : Strings.Add(str).Id);

    internal void SaveString(string str)
    {
        ArgumentNullException.ThrowIfNull(str);
        Writer.Write(Strings.Add(str).Id);
    }

    internal void SaveString(ReadOnlyMemory<char> str) => Writer.Write(Strings.Add(str).Id);

    internal void SaveNonEmptyString(string str)
    {
        ArgumentException.ThrowIfNullOrEmpty(str);
        Writer.Write(Strings.Add(str).Id);
    }

    internal void SaveNonEmptyString(ReadOnlyMemory<char> str) => Writer.Write(Strings.Add(str).Id);

    internal void CheckAtModel()
    {
        if (Writer.BaseStream.Position != FpMin + Header.FpModel)
        {
            throw new InvalidOperationException("Something was written before the start of the model.");
        }
    }

    internal void SetVersionInfo(VersionInfo ver)
    {
        ModelHeader.SetVersionInfo(ref Header, ver);
        _loaderAssemblyName = LoaderAssemblies.NameToWrite(ver.LoaderAssemblyName);
    }

    internal void Done()
    {
        if (Header.ModelSignature == 0)
        {
            throw new InvalidOperationException("ModelSignature not specified!");
        }
        ModelHeader.EndWrite(Writer, FpMin, ref Header, Strings, _loaderAssemblyName);
        Dispose();
    }

    public void Dispose()
    {
        // A single stream belongs to the caller.
        if (InRepository)
        {
            Writer.Dispose();
            _entry.Dispose();
        }
    }

    private string SubDirectory(string name) => Path.Combine(Directory ?? "", name);

    private void RequireRepository(string what)
    {
        if (!InRepository)
        {
            throw new InvalidOperationException($"Can't save {what} when writing to a single stream");
        }
    }
}
