using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

internal sealed class ModelLoadContext : IDisposable
{
    public const string ModelStreamName = "Model.key";
    internal const string NameBinary = "Model.bin";

    public readonly RepositoryReader Repository;
    public readonly string Directory;
    public readonly BinaryReader Reader;
    public readonly string[] Strings;
    public readonly string LoaderAssemblyName;
    public readonly long FpMin;
    internal ModelHeader Header;

    internal ModelLoadContext(RepositoryReader rep, Repository.Entry ent, string dir)
    {
        ArgumentNullException.ThrowIfNull(rep);
        ArgumentNullException.ThrowIfNull(ent);
        Repository = rep;
        Directory = dir;
        Reader = new BinaryReader(ent.Stream, Encoding.UTF8, leaveOpen: true);
        ModelHeader.BeginRead(out FpMin, out Header, out Strings, out LoaderAssemblyName, Reader);
    }

    internal ModelLoadContext(BinaryReader reader, IExceptionContext ectx = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Reader = reader;
        ModelHeader.BeginRead(out FpMin, out Header, out Strings, out LoaderAssemblyName, Reader);
    }

    public bool InRepository => Repository is not null;

    public static bool LoadModelOrNull<TRes, TSig>(IHostEnvironment env, out TRes result, RepositoryReader rep, string dir, params object[] extra)
        where TRes : class
    {
        ArgumentNullException.ThrowIfNull(env);
        ArgumentNullException.ThrowIfNull(rep);
        using var entry = rep.OpenEntryOrNull(dir, ModelStreamName);
        if (entry is not null)
        {
            LoadModel<TRes, TSig>(env, out result, rep, entry, dir, extra);
            return true;
        }
        using var binary = rep.OpenEntryOrNull(dir, NameBinary);
        if (binary is not null)
        {
            LoadModel<TRes, TSig>(env, out result, binary.Stream, extra);
            return true;
        }
        result = null;
        return false;
    }

    public static void LoadModel<TRes, TSig>(IHostEnvironment env, out TRes result, RepositoryReader rep, string dir, params object[] extra)
        where TRes : class
    {
        if (!LoadModelOrNull<TRes, TSig>(env, out result, rep, dir, extra))
        {
            throw DamagedPart.Named(Part(dir), new FormatException($"Corrupt model file: it has no part '{Part(dir)}'."));
        }
    }

    public static void LoadModel<TRes, TSig>(IHostEnvironment env, out TRes result, RepositoryReader rep, Repository.Entry ent, string dir, params object[] extra)
        where TRes : class
    {
        try
        {
            using var context = new ModelLoadContext(rep, ent, dir);
            if (context.TryLoadModelCore<TRes, TSig>(env, out result, extra))
            {
                return;
            }
            throw context.NoLoader();
        }
        catch (Exception problem) when (DamagedPart.IsUnnamed(problem))
        {
            throw DamagedPart.Format(Part(dir), problem);
        }
    }

    public static bool TryLoadModel<TRes, TSig>(IHostEnvironment env, out TRes result, Stream stream, params object[] extra)
        where TRes : class
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        return TryLoadModel<TRes, TSig>(env, out result, reader, extra);
    }

    public static void LoadModel<TRes, TSig>(IHostEnvironment env, out TRes result, Stream stream, params object[] extra)
        where TRes : class
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        LoadModel<TRes, TSig>(env, out result, reader, extra);
    }

    public static bool TryLoadModel<TRes, TSig>(IHostEnvironment env, out TRes result, BinaryReader reader, params object[] extra)
        where TRes : class
    {
        ArgumentNullException.ThrowIfNull(env);
        using var context = new ModelLoadContext(reader);
        return context.TryLoadModelCore<TRes, TSig>(env, out result, extra);
    }

    public static void LoadModel<TRes, TSig>(IHostEnvironment env, out TRes result, BinaryReader reader, params object[] extra)
        where TRes : class
    {
        if (!TryLoadModel<TRes, TSig>(env, out result, reader, extra))
        {
            throw new FormatException("Couldn't load model");
        }
    }

    public bool LoadModelOrNull<TRes, TSig>(IHostEnvironment env, out TRes result, string name, params object[] extra)
        where TRes : class
    {
        RequireRepository();
        return LoadModelOrNull<TRes, TSig>(env, out result, Repository, SubDirectory(name), extra);
    }

    public void LoadModel<TRes, TSig>(IHostEnvironment env, out TRes result, string name, params object[] extra)
        where TRes : class
    {
        RequireRepository();
        LoadModel<TRes, TSig>(env, out result, Repository, SubDirectory(name), extra);
    }

    public bool ContainsModel(string name)
    {
        if (!InRepository || string.IsNullOrEmpty(name))
        {
            return false;
        }
        using var model = Repository.OpenEntryOrNull(SubDirectory(name), ModelStreamName);
        using var binary = model is null ? Repository.OpenEntryOrNull(SubDirectory(name), NameBinary) : null;
        return (model ?? binary) is not null;
    }

    public bool TryProcessSubModel(string dir, Action<ModelLoadContext> action)
    {
        RequireRepository();
        ArgumentException.ThrowIfNullOrEmpty(dir);
        ArgumentNullException.ThrowIfNull(action);
        var path = SubDirectory(dir);
        using var entry = Repository.OpenEntryOrNull(path, ModelStreamName);
        if (entry is null)
        {
            return false;
        }
        using var context = new ModelLoadContext(Repository, entry, path);
        action(context);
        return true;
    }

    public bool TryLoadBinaryStream(string name, Action<BinaryReader> action)
    {
        RequireRepository();
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(action);
        using var entry = Repository.OpenEntryOrNull(Directory, name);
        if (entry is null)
        {
            return false;
        }
        using var reader = new BinaryReader(entry.Stream, Encoding.UTF8, leaveOpen: true);
        action(reader);
        return true;
    }

    public bool TryLoadTextStream(string name, Action<TextReader> action)
    {
        RequireRepository();
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(action);
        using var entry = Repository.OpenEntryOrNull(Directory, name);
        if (entry is null)
        {
            return false;
        }
        using var reader = new StreamReader(entry.Stream);
        action(reader);
        return true;
    }

    public string LoadStringOrNull() => Reader.ReadInt32() is var id && id == -1 ? null : StringAt(id);

    public string LoadString() => StringAt(Reader.ReadInt32());

    public string LoadNonEmptyString()
    {
        var text = LoadString();
        Decoding.Check(text.Length > 0, "The model has an empty string where a text is needed.");
        return text;
    }

    public void CheckAtModel()
    {
        if (Reader.BaseStream.Position != FpMin + Header.FpModel)
        {
            throw new InvalidOperationException("The reader is not at the start of the model.");
        }
    }

    public void CheckAtModel(VersionInfo ver)
    {
        CheckAtModel();
        CheckVersionInfo(ver);
    }

    public void CheckVersionInfo(VersionInfo ver) => ModelHeader.CheckVersionInfo(ref Header, ver);

    public void Done()
    {
        ModelHeader.EndRead(FpMin, ref Header, Reader);
        Dispose();
    }

    public void Dispose()
    {
        // A single stream belongs to the caller.
        if (InRepository)
        {
            Reader.Dispose();
        }
    }

    private bool TryLoadModelCore<TRes, TSig>(IHostEnvironment env, out TRes result, object[] extra)
        where TRes : class
    {
        if (!string.IsNullOrEmpty(LoaderAssemblyName))
        {
            env.ComponentCatalog.RegisterAssembly(LoaderAssemblies.Load(LoaderAssemblyName, ModelHeader.GetLoaderSig(ref Header)));
        }
        object[] arguments = [this, .. extra ?? []];
        foreach (var signature in new[] { ModelHeader.GetLoaderSig(ref Header), ModelHeader.GetLoaderSigAlt(ref Header) })
        {
            if (!string.IsNullOrWhiteSpace(signature)
                && env.ComponentCatalog.TryCreateInstance(env, signature, typeof(TSig), arguments, out var instance)
                && instance is TRes loaded)
            {
                Done();
                result = loaded;
                return true;
            }
        }
        Reader.BaseStream.Position = FpMin;
        result = null;
        return false;
    }

    private FormatException NoLoader()
    {
        var part = Part(Directory);
        var component = ModelHeader.GetLoaderSig(ref Header);
        return DamagedPart.Named(part, new FormatException($"Couldn't load model: the part '{part}' needs the component '{component}', which '{LoaderAssemblyName}' does not have here."));
    }

    private string StringAt(int id)
    {
        Decoding.Check(id >= 0 && id < (Strings?.Length ?? 0), $"The model refers to string {id}, but has {Strings?.Length ?? 0}.");
        return Strings[id];
    }

    private string SubDirectory(string name) => Path.Combine(Directory ?? "", name);

    private static string Part(string dir) => string.IsNullOrEmpty(dir) ? ModelStreamName : $"{dir.Replace('\\', '/')}/{ModelStreamName}";

    private void RequireRepository()
    {
        if (!InRepository)
        {
            throw new InvalidOperationException("Can't load a sub-model when reading from a single stream");
        }
    }
}
