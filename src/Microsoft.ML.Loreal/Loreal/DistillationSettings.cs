namespace Microsoft.ML.Loreal.Loreal;

/// <summary>The bridge and the weights of the losses of stage 3.</summary>
/// <param name="Bridge">Which student's prompts see which student's image features.</param>
/// <param name="Lambda1">The weight of HLD.</param>
/// <param name="Lambda2">The weight of LLD.</param>
/// <param name="BridgeWeight">The weight of BPD.</param>
/// <param name="Temperature">T.</param>
internal sealed record DistillationSettings(ContextBridge Bridge, double Lambda1, double Lambda2, double BridgeWeight, double Temperature);
