using System.Text.Json.Nodes;
using SixLabors.ImageSharp;

namespace Microsoft.ML.Loreal.Tests.Web;

/// <summary>The page in a headless Chromium.</summary>
[TestClass]
public sealed class PageTests
{
    private TrainedModelZip _zip = null!;
    private WebServer _server = null!;
    private Browser _browser = null!;

    [TestInitialize]
    public async Task Open()
    {
        if (Browser.Program is null)
        {
            Assert.Inconclusive("There is no Chromium here.");
        }

        _zip = new TrainedModelZip();
        _server = await WebServer.StartReadyAsync(_zip.Source);
        _browser = await Browser.OpenAsync(_server.Client.BaseAddress!.ToString());
        await _browser.WaitAsync("document.querySelector('#about')?.textContent.includes('3 classes')");
    }

    [TestCleanup]
    public async Task Close()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _zip?.Dispose();
    }

    [TestMethod]
    public async Task AChosenPictureIsShownAsTheModelSeesItBesideThePrediction()
    {
        Photo photo = Trained.Photos[0];
        await _browser.ChooseAsync("#file", photo.ImagePath);
        await _browser.WaitAsync("document.querySelectorAll('#classes li').length === 3");
        await _browser.WaitAsync(
            "document.querySelector('#seen').naturalWidth > 0 && document.querySelector('#original').naturalWidth > 0");

        float[] scores = TrainedModelZip.Scores(File.ReadAllBytes(photo.ImagePath));
        string[] expected = [.. scores.Select((score, index) => (score, index)).OrderByDescending(s => s.score)
            .Select(s => string.Create(CultureInfo.InvariantCulture, $"{Trained.Loreal.ClassNames[s.index]} {100 * s.score:F1} %"))];
        JsonNode? shown = await _browser.EvaluateAsync(
            "[...document.querySelectorAll('#classes li')].map(row => [...row.children].map(part => part.textContent).join(' '))");
        CollectionAssert.AreEqual(expected, shown!.AsArray().Select(row => row!.GetValue<string>()).ToArray());

        IImageInfo file = Image.Identify(photo.ImagePath);
        Assert.AreEqual(file.Width, await NumberAsync("document.querySelector('#original').naturalWidth"));
        Assert.AreEqual(Trained.Loreal.Resolution, await NumberAsync("document.querySelector('#seen').naturalWidth"));
        Assert.AreEqual(Trained.Loreal.Resolution, await NumberAsync("document.querySelector('#seen').naturalHeight"));
        Assert.AreEqual(
            "pixelated",
            (await _browser.EvaluateAsync("getComputedStyle(document.querySelector('#seen')).imageRendering"))!.GetValue<string>());
        // The enlargement is as large as the picture beside it.
        Assert.IsGreaterThan(10 * Trained.Loreal.Resolution, await NumberAsync("document.querySelector('#seen').clientWidth"));

        // For whoever wants to see it.
        File.WriteAllBytes(Path.Combine(AppContext.BaseDirectory, "page.png"), await _browser.ScreenshotAsync());
    }

    [TestMethod]
    public async Task ADroppedPictureIsPredicted()
    {
        string file = Convert.ToBase64String(File.ReadAllBytes(Trained.Photos[1].ImagePath));
        await DropAsync(file);
        await _browser.WaitAsync("document.querySelectorAll('#classes li').length === 3");
    }

    [TestMethod]
    public async Task ABrokenPictureGetsTheServersReason()
    {
        await _browser.ChooseAsync("#file", Trained.Photos[0].ImagePath);
        await _browser.WaitAsync("document.querySelectorAll('#classes li').length === 3");
        await DropAsync(Convert.ToBase64String("no picture"u8));
        await _browser.WaitAsync("document.querySelector('#status.error')?.textContent.includes('cannot be used')");
        Assert.AreEqual(0, await NumberAsync("document.querySelectorAll('#classes li').length"));
    }

    private Task<JsonNode?> DropAsync(string base64) => _browser.EvaluateAsync(
        $$"""
        (() => {
            const data = new DataTransfer();
            data.items.add(new File([Uint8Array.fromBase64("{{base64}}")], "dropped.png", { type: "image/png" }));
            document.querySelector("#drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        })()
        """);

    private async Task<int> NumberAsync(string expression) => (await _browser.EvaluateAsync(expression))!.GetValue<int>();
}
