namespace Microsoft.ML.Loreal;

/// <summary>The data sets of the prompt methods' publications, for which some of them have settings of their own.</summary>
public enum PublishedDataSet
{
    /// <summary>ImageNet, 1000 classes.</summary>
    ImageNet,

    /// <summary>Caltech-101.</summary>
    Caltech101,

    /// <summary>Oxford-IIIT Pets.</summary>
    OxfordPets,

    /// <summary>Stanford Cars.</summary>
    StanfordCars,

    /// <summary>Oxford Flowers-102.</summary>
    Flowers102,

    /// <summary>Food-101.</summary>
    Food101,

    /// <summary>FGVC-Aircraft.</summary>
    FgvcAircraft,

    /// <summary>SUN397, scenes.</summary>
    Sun397,

    /// <summary>The Describable Textures Dataset.</summary>
    Dtd,

    /// <summary>EuroSAT, satellite images.</summary>
    EuroSat,

    /// <summary>UCF101, middle frames of videos of human actions.</summary>
    Ucf101,
}
