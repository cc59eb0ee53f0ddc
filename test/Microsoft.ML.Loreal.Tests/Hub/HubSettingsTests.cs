namespace Microsoft.ML.Loreal.Tests.Hub;

/// <summary>The environment variables of huggingface_hub.</summary>
[TestClass]
public sealed class HubSettingsTests
{
    private static readonly string _user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    [TestMethod]
    public void WithoutVariablesEverythingIsAsInPython()
    {
        HubSettings settings = Read();

        Assert.AreEqual(new Uri("https://huggingface.co/"), settings.Endpoint);
        Assert.AreEqual(Path.Combine(_user, ".cache", "huggingface", "hub"), settings.CacheFolder);
        Assert.IsFalse(settings.Offline);
        Assert.IsTrue(settings.LinksFiles);
    }

    [TestMethod]
    public void TheCacheIsWhereTheMostPreciseVariableSays()
    {
        Assert.AreEqual("/x/huggingface/hub", Read(("XDG_CACHE_HOME", "/x")).CacheFolder);
        Assert.AreEqual("/h/hub", Read(("XDG_CACHE_HOME", "/x"), ("HF_HOME", "/h")).CacheFolder);
        Assert.AreEqual("/old", Read(("HF_HOME", "/h"), ("HUGGINGFACE_HUB_CACHE", "/old")).CacheFolder);
        Assert.AreEqual("/c", Read(("HF_HOME", "/h"), ("HUGGINGFACE_HUB_CACHE", "/old"), ("HF_HUB_CACHE", "/c")).CacheFolder);
        Assert.AreEqual("/mine", Read(new HubOptions { CacheFolder = "/mine" }, ("HF_HUB_CACHE", "/c")).CacheFolder);
        Assert.AreEqual(Path.Combine(_user, "c"), Read(("HF_HUB_CACHE", "~/c")).CacheFolder);
        Assert.AreEqual("/d/c/e", Read(("DATA", "/d"), ("PART", "e"), ("HF_HUB_CACHE", "$DATA/c/${PART}")).CacheFolder);
    }

    [TestMethod]
    public void TheTokenIsTheOptionsTheVariablesOrTheFiles()
    {
        using var home = new TemporaryFolder();
        (string, string) homeVariable = ("HF_HOME", home.Path);
        Assert.IsNull(Read(homeVariable).Token);
        File.WriteAllText(home["token"], "hf_file\n");
        Assert.AreEqual("hf_file", Read(homeVariable).Token);
        Assert.IsNull(Read(homeVariable, ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")).Token);
        File.WriteAllText(home["other"], "hf_other");
        Assert.AreEqual("hf_other", Read(homeVariable, ("HF_TOKEN_PATH", home["other"])).Token);
        Assert.AreEqual("hf_variable", Read(homeVariable, ("HF_TOKEN", "hf_variable")).Token);
        Assert.AreEqual("hf_mine", Read(new HubOptions { Token = "hf_mine" }, homeVariable, ("HF_TOKEN", "hf_variable")).Token);
        Assert.IsNull(Read(new HubOptions { Token = string.Empty }, homeVariable, ("HF_TOKEN", "hf_variable")).Token);
    }

    [TestMethod]
    public void ATokenOfTwoLinesIsRefusedAndNotShown()
    {
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => Read(("HF_TOKEN", "hf_a\nsecret")));

        Assert.DoesNotContain("secret", error.Message);
    }

    [TestMethod]
    [DataRow("1", true)]
    [DataRow("True", true)]
    [DataRow("yes", true)]
    [DataRow("0", false)]
    [DataRow("", false)]
    public void OfflineIsAWordOrANumber(string value, bool expected)
    {
        Assert.AreEqual(expected, Read(("HF_HUB_OFFLINE", value)).Offline);
        Assert.AreEqual(expected, Read(("TRANSFORMERS_OFFLINE", value)).Offline);
        Assert.IsFalse(Read(new HubOptions { Offline = false }, ("HF_HUB_OFFLINE", value)).Offline);
    }

    [TestMethod]
    public void TheAddressMayHaveAPath()
    {
        Assert.AreEqual(new Uri("https://mirror.example/hf/"), Read(("HF_ENDPOINT", "https://mirror.example/hf")).Endpoint);
        var options = new HubOptions { Endpoint = new Uri("http://localhost:8000") };
        Assert.AreEqual(options.Endpoint, Read(options, ("HF_ENDPOINT", "https://mirror.example")).Endpoint);
    }

    [TestMethod]
    [DataRow("ftp://huggingface.co")]
    [DataRow("file:///etc")]
    [DataRow("huggingface.co")]
    [DataRow("https://huggingface.co/?a=b")]
    public void AnAddressOfAnotherKindIsRefused(string address)
    {
        Assert.Contains($"'{address}'", Assert.ThrowsExactly<ArgumentException>(() => Read(("HF_ENDPOINT", address))).Message);
    }

    private static HubSettings Read(params (string Name, string Value)[] variables) => Read(new HubOptions(), variables);

    private static HubSettings Read(HubOptions options, params (string Name, string Value)[] variables) =>
        HubSettings.Read(options, name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
