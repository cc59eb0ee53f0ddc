namespace Microsoft.ML.Loreal.Tests.Prompts;

/// <summary>CLIP's own tokenizer, where its merge table is at hand; a test that needs it is skipped where it is not.</summary>
internal static class ReferenceTokenizer
{
    private const int VocabularySize = 49408;
    private const int ContextLength = 77;

    public static string VocabularyFile()
    {
        string? file = Fixtures.ClipVocabularyFile();
        if (file is null)
        {
            Assert.Inconclusive("CLIP's merge table is not at hand; name its folder in LOREAL_CLIP_VOCAB.");
        }

        return file;
    }

    public static ClipTokenizer Create()
    {
        string file = VocabularyFile();
        using FileStream stream = File.OpenRead(file);
        return new ClipTokenizer(ClipVocabulary.FromOpenAI(stream, VocabularySize, file), ContextLength);
    }
}
