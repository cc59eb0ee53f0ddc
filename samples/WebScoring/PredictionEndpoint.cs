using System.Net.Mime;
using Microsoft.Net.Http.Headers;

namespace Microsoft.ML.Loreal.Samples.WebScoring;

/// <summary>POST /predict?top=5&amp;seen=false with the picture as the request's body.</summary>
internal static class PredictionEndpoint
{
    private static readonly string[] _types = [MediaTypeNames.Image.Jpeg, MediaTypeNames.Image.Png, MediaTypeNames.Image.Webp];

    public static async Task<IResult> Predict(
        HttpRequest request, ModelHolder holder, ServerSettings settings, CancellationToken cancellation, int top = 5, bool seen = false)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            || !_types.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase))
        {
            return TypedResults.Problem(
                $"Send the picture as the request's body, of the type {string.Join(", ", _types)}; "
                + $"the request says {(request.ContentType is { } said ? $"'{said}'" : "nothing")}.",
                statusCode: StatusCodes.Status415UnsupportedMediaType);
        }

        if (top < 1)
        {
            return TypedResults.Problem(
                $"top is the number of classes to tell, at least 1; it was {top}.", statusCode: StatusCodes.Status400BadRequest);
        }

        if (holder.Model is not { } model)
        {
            return ModelEndpoints.NotReady();
        }

        try
        {
            using var file = new MemoryStream();
            await request.Body.CopyToAsync(file, cancellation);
            return TypedResults.Ok(model.Predict(file.ToArray(), top, seen));
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return TypedResults.Problem($"The file is larger than {settings.MaximumBytes} bytes.", statusCode: exception.StatusCode);
        }
        catch (InvalidDataException exception)
        {
            return TypedResults.Problem(exception.Message, statusCode: StatusCodes.Status400BadRequest);
        }
    }
}
