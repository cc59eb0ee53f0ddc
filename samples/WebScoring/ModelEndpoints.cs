namespace Microsoft.ML.Loreal.Samples.WebScoring;

/// <summary>What the page asks about the model.</summary>
internal static class ModelEndpoints
{
    public static IResult Describe(ModelHolder holder) => holder.Model is { } model
        ? TypedResults.Ok(new ModelDescription(model.Classes, model.Resolution, model.Samples.Count))
        : NotReady();

    public static IResult Sample(int number, ModelHolder holder) =>
        holder.Model is { } model && number >= 0 && number < model.Samples.Count
            ? TypedResults.Bytes(model.Samples[number], "image/png")
            : TypedResults.NotFound();

    public static IResult NotReady() =>
        TypedResults.Problem(
            "The model is being loaded. GET /ready tells when it is there.", statusCode: StatusCodes.Status503ServiceUnavailable);
}
