using Microsoft.ML.Loreal.Archive;
using Microsoft.ML.Loreal.Scoring;
using Microsoft.ML.Loreal.Tensors;
using Microsoft.ML.Runtime;
using TorchSharp;

namespace Microsoft.ML.Loreal.Loading;

/// <summary>Transformers in ML.NET's model archive: their settings, their model's files and their backbone's.</summary>
internal static class SavedTransformers
{
    /// <summary>Reads a model from its backbone and its own files.</summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="open">Opens a file of the model by its name.</param>
    /// <param name="warn">Told what is not as it was when the model was saved.</param>
    public delegate TModel Reader<TModel>(ClipBackbone backbone, torch.Device device, Func<string, Stream> open, Action<string> warn);

    /// <summary>Saves a model and its settings.</summary>
    /// <exception cref="InvalidDataException">A file of the backbone was overwritten since it was opened; nothing is written.</exception>
    public static void Save(ModelSaveContext context, ModelKind kind, ScoredModel model, ScoringSettings settings)
    {
        // Weights that are not those of the training would make an archive that is never loaded.
        model.Backbone.Verify();
        ModelArchive.Save(context, kind.ToVersionInfo(), settings, writePart =>
        {
            model.Save(writePart);
            SavedBackbones.Write(model.Backbone, writePart);
        });
    }

    /// <summary>Loads what <see cref="Save"/> saved.</summary>
    public static (TModel Model, ScoringSettings Settings) Load<TModel>(
        IHostEnvironment environment, ModelLoadContext context, ModelKind kind, Reader<TModel> read)
    {
        var archive = ModelArchive.Open(context, kind.ToVersionInfo());
        ClipBackbone backbone = SavedBackbones.Read(archive);
        IHost host = environment.Register(kind.LoaderSignature);
        using IChannel channel = host.Start("Load");
        torch.Device device = DeviceSelection.Select(null, environment, channel);
        using IDisposable gradients = Autograd.Enable();
        TModel model = read(
            backbone,
            device,
            Open,
            message => channel.Warning(MessageSensitivity.None, message));
        return (model, archive.Settings);

        Stream Open(string name) => archive.Parts.FirstOrDefault(part => part.Name == name) is { } part
            ? archive.Read(part).Open()
            : throw new InvalidDataException($"The saved LOREAL model has no part '{name}'; the archive is incomplete.");
    }
}
