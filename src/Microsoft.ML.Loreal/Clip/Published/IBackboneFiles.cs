namespace Microsoft.ML.Loreal.Clip.Published;

/// <summary>Where the files of a backbone are: a folder, the assembly's resources, or a saved model.</summary>
internal interface IBackboneFiles
{
    /// <summary>Names the place in messages.</summary>
    string Description { get; }

    /// <summary>The names of all files.</summary>
    IEnumerable<string> Names { get; }

    bool Exists(string name);

    /// <summary>
    /// Opens a file for reading from its start. Streams are independent of each other, and all of them read what the first did.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is no longer what it was when it was opened first.</exception>
    Stream Open(string name);

    /// <summary>The SHA-256 of a file as 64 lower-case hexadecimal digits.</summary>
    string Sha256(string name);

    /// <summary>Makes sure that a file is, to its last byte, what it was when it was opened first.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    void Verify(string name);
}
