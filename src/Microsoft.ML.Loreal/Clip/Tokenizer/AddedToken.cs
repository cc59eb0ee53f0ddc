using System.Text.Json;

namespace Microsoft.ML.Loreal.Clip.Tokenizer;

/// <summary>A token that was added to a published vocabulary: a text that is never split.</summary>
/// <param name="Content">The text.</param>
/// <param name="Id">Its id.</param>
internal sealed record AddedToken(string Content, int Id)
{
    /// <summary>Checks what transformers writes beside a token.</summary>
    /// <exception cref="NotSupportedException">The token is to be found in some places only.</exception>
    public static void CheckSettings(JsonElement token, string description)
    {
        if (token.TryGetProperty("single_word", out JsonElement single) && single.ValueKind == JsonValueKind.True)
        {
            throw new NotSupportedException(
                $"{description}: the added token {token.GetRawText()} has single_word true; only tokens that are found between other "
                + "letters too are supported. Set it to false, or leave the token out.");
        }
    }
}
