namespace Microsoft.ML.Loreal;

/// <summary>The names of the losses in <see cref="TrainingMetrics.Losses"/>.</summary>
public static class TrainingLosses
{
    /// <summary>LOREAL, all stages: the cross-entropy of the images' labels.</summary>
    public const string CrossEntropy = "cross-entropy";

    /// <summary>LOREAL, stage 3: HLD, the divergence of the low-resolution student's prediction from the standard one's.</summary>
    public const string HighLevelDistillation = "high-level distillation";

    /// <summary>LOREAL, stage 3: LLD, how far the attribute vectors of one resolution are from finding their own of the other.</summary>
    public const string LowLevelDistillation = "low-level distillation";

    /// <summary>LOREAL, stage 3 with the aligned bridge: BPD, HLD with the features that condition the prompts exchanged.</summary>
    public const string BridgeDistillation = "bridge distillation";

    /// <summary>PromptKD: the divergence of the student's prediction from the teacher's.</summary>
    public const string Distillation = "distillation";

    /// <summary>PromptKD with negative prompts: the similarity-difference losses of both orders.</summary>
    public const string SimilarityDifference = "similarity difference";
}
