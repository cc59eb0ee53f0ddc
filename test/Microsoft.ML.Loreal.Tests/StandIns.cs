using System.Reflection;

namespace Microsoft.ML.Loreal.Tests;

/// <summary>Tells whether the tests run on the stand-ins of the offline build or on the real packages.</summary>
internal static class StandIns
{
    /// <summary>Whether a type is a stand-in's.</summary>
    public static bool Have(Type type) => type.Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Any(attribute => attribute is { Key: "LorealStandIn", Value: "true" });

    /// <summary>Ends a test of something that the stand-in promises beyond what the real package does.</summary>
    public static void Only(Type type, string inThePackage)
    {
        if (!Have(type))
        {
            Assert.Inconclusive($"{type.Assembly.GetName().Name} is the real package here: {inThePackage}");
        }
    }
}
