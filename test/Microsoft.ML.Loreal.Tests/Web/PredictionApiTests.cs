using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.ML.Data;
using Microsoft.ML.Loreal.Samples.WebScoring;

namespace Microsoft.ML.Loreal.Tests.Web;

[TestClass]
public sealed class PredictionApiTests
{
    private const string PngPrefix = "data:image/png;base64,";

    private static TrainedModelZip _zip = null!;
    private static WebServer _server = null!;

    [ClassInitialize]
    public static async Task Start(TestContext _)
    {
        _zip = new TrainedModelZip();
        _server = await WebServer.StartReadyAsync(_zip.Source);
    }

    [ClassCleanup]
    public static async Task Stop()
    {
        await _server.DisposeAsync();
        _zip.Dispose();
    }

    [TestMethod]
    public async Task APictureGetsTheModelsOwnScores()
    {
        foreach (Photo photo in Trained.Photos)
        {
            byte[] file = File.ReadAllBytes(photo.ImagePath);
            AssertScores(TrainedModelZip.Scores(file), await PredictAsync("/predict?top=3", file));
        }
    }

    [TestMethod]
    public async Task ThePictureThatTheModelSeesScoresAsTheFileDoes()
    {
        byte[] file = File.ReadAllBytes(Trained.Photos[0].ImagePath);
        Prediction prediction = await PredictAsync("/predict?top=3&seen=true", file);
        StringAssert.StartsWith(prediction.Seen, PngPrefix);
        byte[] seen = Convert.FromBase64String(prediction.Seen![PngPrefix.Length..]);
        using var picture = MLImage.CreateFromStream(new MemoryStream(seen));
        Assert.AreEqual(Trained.Loreal.Resolution, picture.Width);
        Assert.AreEqual(Trained.Loreal.Resolution, picture.Height);
        AssertScores(TrainedModelZip.Scores(file), await PredictAsync("/predict?top=3", seen));
    }

    [TestMethod]
    public async Task TopIsTheNumberOfClassesInTheAnswer()
    {
        byte[] file = File.ReadAllBytes(Trained.Photos[0].ImagePath);
        Assert.HasCount(1, (await PredictAsync("/predict?top=1", file)).Classes);
        Assert.HasCount(3, (await PredictAsync("/predict?top=100", file)).Classes);
        Assert.IsNull((await PredictAsync("/predict", file)).Seen);
    }

    [TestMethod]
    public async Task ManyClientsAtOnceGetTheirOwnAnswers()
    {
        byte[][] files = [.. Trained.Photos.Select(photo => File.ReadAllBytes(photo.ImagePath))];
        float[][] expected = [.. files.Select(TrainedModelZip.Scores)];
        Prediction[] predictions = await Task.WhenAll(
            Enumerable.Range(0, 64).Select(i => PredictAsync("/predict?top=3", files[i % files.Length])));
        for (int i = 0; i < predictions.Length; i++)
        {
            AssertScores(expected[i % files.Length], predictions[i]);
        }
    }

    [TestMethod]
    [DataRow(HttpStatusCode.UnsupportedMediaType, "/predict", "text/plain", "hello", "'text/plain'")]
    [DataRow(HttpStatusCode.UnsupportedMediaType, "/predict", null, "hello", "says nothing")]
    [DataRow(HttpStatusCode.BadRequest, "/predict", "image/png", "hello", "cannot be used")]
    [DataRow(HttpStatusCode.BadRequest, "/predict", "image/jpeg", "", "0 bytes")]
    [DataRow(HttpStatusCode.BadRequest, "/predict?top=0", "image/png", "hello", "at least 1")]
    [DataRow(HttpStatusCode.BadRequest, "/predict?top=many", "image/png", "hello", "")]
    public async Task ABadRequestIsToldWhatIsWrong(HttpStatusCode expected, string path, string? type, string content, string detail)
    {
        using HttpResponseMessage response = await _server.PostAsync(path, System.Text.Encoding.UTF8.GetBytes(content), type);
        Assert.AreEqual(expected, response.StatusCode);
        StringAssert.Contains((await ProblemAsync(response)).Detail ?? "", detail);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ATooLargeFileIsRefused(bool chunked)
    {
        using HttpContent content = chunked
            ? new StreamContent(new Endless(WebServer.MaximumBytes + 1))
            : new ByteArrayContent(new byte[WebServer.MaximumBytes + 1]);
        content.Headers.ContentType = new("image/png");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = content };
        request.Headers.TransferEncodingChunked = chunked;
        // Without this the client may still be sending when the server has answered and closed.
        request.Headers.ExpectContinue = true;
        using HttpResponseMessage response = await _server.Client.SendAsync(request);
        Assert.AreEqual(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        StringAssert.Contains((await ProblemAsync(response)).Detail, $"{WebServer.MaximumBytes} bytes");
    }

    [TestMethod]
    public async Task TheModelIsDescribed()
    {
        ModelDescription? model = await _server.Client.GetFromJsonAsync<ModelDescription>("/model");
        CollectionAssert.AreEqual(Trained.Loreal.ClassNames.ToArray(), model!.Classes.ToArray());
        Assert.AreEqual(Trained.Loreal.Resolution, model.Resolution);
        Assert.AreEqual(HttpStatusCode.NotFound, await _server.StatusAsync("/samples/0"));
    }

    [TestMethod]
    public async Task TheServerIsAliveAtOnceAndReadyWithTheModel()
    {
        using var release = new ManualResetEventSlim();
        await using WebServer server = await WebServer.StartAsync(new Held(_zip.Source, release));
        byte[] file = File.ReadAllBytes(Trained.Photos[0].ImagePath);

        Assert.AreEqual(HttpStatusCode.OK, await server.StatusAsync("/health"));
        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, await server.StatusAsync("/ready"));
        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, await server.StatusAsync("/model"));
        using (HttpResponseMessage early = await server.PostAsync("/predict", file, "image/png"))
        {
            Assert.AreEqual(HttpStatusCode.ServiceUnavailable, early.StatusCode);
        }

        release.Set();
        await server.WaitUntilReadyAsync();
        using HttpResponseMessage response = await server.PostAsync("/predict", file, "image/png");
        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode);
    }

    [TestMethod]
    public async Task AServerWithoutAModelStops()
    {
        await using WebServer server = await WebServer.StartAsync(new SavedModel("missing.zip"));
        await server.Application.WaitForShutdownAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.AreEqual(1, Environment.ExitCode);
        Environment.ExitCode = 0;
    }

    private static async Task<Prediction> PredictAsync(string path, byte[] file)
    {
        using HttpResponseMessage response = await _server.PostAsync(path, file, "image/png");
        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<Prediction>())!;
    }

    private static async Task<Problem> ProblemAsync(HttpResponseMessage response)
    {
        Assert.AreEqual("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return (await response.Content.ReadFromJsonAsync<Problem>())!;
    }

    private static void AssertScores(float[] expected, Prediction actual)
    {
        Assert.AreEqual(actual.Classes[0].Name, actual.Predicted);
        CollectionAssert.AreEqual(expected.OrderDescending().ToArray(), actual.Classes.Select(c => c.Probability).ToArray());
        foreach (ClassProbability share in actual.Classes)
        {
            Assert.AreEqual(expected[Trained.Loreal.ClassNames.ToList().IndexOf(share.Name)], share.Probability);
        }
    }

    private sealed record Problem(int Status, string? Detail);

    private sealed class Held(IModelSource source, ManualResetEventSlim release) : IModelSource
    {
        public ServedModel Load(MLContext ml, CancellationToken cancellation)
        {
            release.Wait(cancellation);
            return source.Load(ml, cancellation);
        }
    }

    /// <summary>So many zeros whose number is not known beforehand.</summary>
    private sealed class Endless(int length) : Stream
    {
        private int _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = Math.Min(count, _left);
            _left -= read;
            Array.Clear(buffer, offset, read);
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
