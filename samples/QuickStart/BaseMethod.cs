namespace Microsoft.ML.Loreal.Samples.QuickStart;

/// <summary>The base method that the demo compares, and how it is trained.</summary>
internal sealed record BaseMethod(string Name, PromptMethod Method, TrainingStageOptions Stage)
{
    /// <summary>What the command line calls the methods.</summary>
    public static string[] Names => ["coop", "maple", "mma", "mmrl"];

    /// <summary>The method of a name, trained as published.</summary>
    public static BaseMethod Of(string name) => name switch
    {
        "maple" => new("MaPLe", PublishedSettings.MaPLe.Method, PublishedSettings.MaPLe.BaseStage),
        "mma" => new("MMA", PublishedSettings.Mma().Method, PublishedSettings.Mma().BaseStage),
        "mmrl" => new("MMRL", PublishedSettings.Mmrl().Method, PublishedSettings.Mmrl().BaseStage),
        _ => new("CoOp", PromptMethod.CoOp(contextTokens: 4), PublishedSettings.CoOp.BaseStage),
    };
}
