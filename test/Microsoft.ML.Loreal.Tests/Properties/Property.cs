using FsCheck;
using FsCheck.Fluent;

namespace Microsoft.ML.Loreal.Tests.Properties;

/// <summary>
/// Tries a statement on generated inputs; a failure names the smallest input that FsCheck finds and the seed to repeat it.
/// </summary>
internal static class Property
{
    public const int Tests = 500;

    private static readonly Config _config = Config.QuickThrowOnFailure.WithMaxTest(Tests).WithReplay(20261122, 1).WithQuietOnSuccess(true);

    public static void Holds<T>(Gen<T> inputs, Action<T> statement) => Holds(Arb.From(inputs), statement);

    public static void Holds<T>(Arbitrary<T> inputs, Action<T> statement) => Prop.ForAll(inputs, statement).Check(_config);
}
