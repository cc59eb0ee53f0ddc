namespace Microsoft.ML.Loreal.Clip;

/// <summary>Where the files of a backbone are: a folder, the assembly's resources, or memory.</summary>
internal interface IBackboneFiles
{
    /// <summary>Names the place in messages.</summary>
    string Description { get; }

    /// <summary>The names of all files.</summary>
    IEnumerable<string> Names { get; }

    bool Exists(string name);

    /// <summary>Opens a file for reading from its start. Streams are independent of each other.</summary>
    Stream Open(string name);
}
