using System.Net;
using System.Text;
using Microsoft.ML.Loreal.Tests.Clip;

namespace Microsoft.ML.Loreal.Tests.Hub;

/// <summary>A model by its name, from a hub on this machine.</summary>
[TestClass]
public sealed class HubTests : IDisposable
{
    private const string Weights = "model.safetensors";

    private readonly TemporaryFolder _model = new();
    private readonly TemporaryFolder _cache = new();
    private readonly ClipBackbone _expected;
    private readonly FakeHub _hub;

    public HubTests()
    {
        _expected = TinyClip.Write(_model.Path);
        File.WriteAllText(_model["pytorch_model.bin"], "a pickle");
        File.WriteAllText(_model["README.md"], "a page");
        _hub = new FakeHub(_model.Path);
    }

    private string ModelFolder => _cache["models--someone--tiny-clip"];

    private string Snapshot => Path.Combine(ModelFolder, "snapshots", FakeHub.FirstCommit);

    private string Partial => Path.Combine(ModelFolder, "blobs", FakeHub.Hash(Weights, _hub.Files[Weights]) + ".incomplete");

    public void Dispose()
    {
        _hub.Dispose();
        _model.Dispose();
        _cache.Dispose();
    }

    [TestMethod]
    public async Task AModelIsOpenedByItsName()
    {
        ClipBackbone backbone = await OpenAsync();

        Assert.AreEqual(_expected.Identity, backbone.Identity);
        Assert.AreEqual(_expected.Sha256, backbone.Sha256);
        Assert.AreEqual(_expected.Config, backbone.Config);
    }

    [TestMethod]
    public async Task OnlyWhatAFolderNeedsIsDownloadedInTheCachesLayout()
    {
        _ = await OpenAsync();

        string[] expected = ["config.json", "merges.txt", Weights, "vocab.json"];
        CollectionAssert.AreEqual(expected, Names(Snapshot));
        CollectionAssert.AreEquivalent(
            Array.ConvertAll(expected, name => FakeHub.Hash(name, _hub.Files[name])),
            Names(Path.Combine(ModelFolder, "blobs")));
        Assert.AreEqual(FakeHub.FirstCommit, File.ReadAllText(Path.Combine(ModelFolder, "refs", "main")));
        foreach (string name in expected)
        {
            string hash = FakeHub.Hash(name, _hub.Files[name]);
            Assert.AreEqual(Path.Combine("..", "..", "blobs", hash), new FileInfo(Path.Combine(Snapshot, name)).LinkTarget);
            CollectionAssert.AreEqual(_hub.Files[name], File.ReadAllBytes(Path.Combine(Snapshot, name)));
            Assert.IsTrue(File.Exists(_cache[Path.Combine(".locks", "models--someone--tiny-clip", hash + ".lock")]));
        }
    }

    [TestMethod]
    public async Task WhatIsThereIsNotDownloadedAgain()
    {
        _ = await OpenAsync();
        _hub.Asked.Clear();
        _hub.AskedFiles.Clear();
        _ = await OpenAsync();

        Assert.AreEqual($"/api/models/{FakeHub.Name}/revision/main", _hub.Asked.Single().Path);
        Assert.IsEmpty(_hub.AskedFiles);
    }

    [TestMethod]
    public async Task ANewCommitTakesUnchangedFilesFromTheOldOne()
    {
        _ = await OpenAsync();
        _hub.AskedFiles.Clear();
        _hub.Commit = FakeHub.FirstCommit.Replace('0', 'f');
        _hub.Files["merges.txt"] = [.. _hub.Files["merges.txt"], (byte)'\n'];
        _ = await OpenAsync();

        Assert.IsEmpty(_hub.AskedFiles);
        Assert.AreEqual(_hub.Commit, File.ReadAllText(Path.Combine(ModelFolder, "refs", "main")));
        CollectionAssert.AreEqual(
            _hub.Files["merges.txt"], File.ReadAllBytes(Path.Combine(ModelFolder, "snapshots", _hub.Commit, "merges.txt")));
        Assert.HasCount(5, Names(Path.Combine(ModelFolder, "blobs")));
    }

    [TestMethod]
    public async Task ACommitIsARevisionWithoutARef()
    {
        HubOptions options = _hub.Options(_cache);
        options.Revision = FakeHub.FirstCommit;
        _ = await ClipBackbone.FromHubAsync(FakeHub.Name, options);
        options.Offline = true;
        _ = await ClipBackbone.FromHubAsync(FakeHub.Name, options);

        Assert.IsFalse(Directory.Exists(Path.Combine(ModelFolder, "refs")));
    }

    [TestMethod]
    public async Task TheTokenStaysWithTheHub()
    {
        _hub.Token = "hf_secret";
        HubOptions options = _hub.Options(_cache);
        options.Token = "hf_secret\n";
        _ = await ClipBackbone.FromHubAsync(FakeHub.Name, options);

        Assert.IsTrue(_hub.Asked.All(request => request.Token == "Bearer hf_secret"));
        Assert.IsNotEmpty(_hub.AskedFiles);
        Assert.IsTrue(_hub.AskedFiles.All(request => request.Token is null));
    }

    [TestMethod]
    public async Task ARenamedModelIsFollowed()
    {
        _hub.Token = "hf_secret";
        HubOptions options = _hub.Options(_cache);
        options.Token = "hf_secret";
        _hub.Instead = request => request.Path.Contains("old/name", StringComparison.Ordinal)
            ? new LoopbackServer.Reply(307, ("Location", request.Path.Replace("old/name", FakeHub.Name, StringComparison.Ordinal)))
            : null;
        ClipBackbone backbone = await ClipBackbone.FromHubAsync("old/name", options);

        Assert.AreEqual(_expected.Identity, backbone.Identity);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task ACutConnectionIsTakenUpAgain(bool knowsRanges)
    {
        _hub.KnowsRanges = knowsRanges;
        int cuts = 0;
        int half = _hub.Files[Weights].Length / 2;
        _hub.Changed = reply => cuts++ == 0 ? reply with { CutAfter = half } : reply;
        ClipBackbone backbone = await OpenAsync();

        Assert.AreEqual(_expected.Identity, backbone.Identity);
        CollectionAssert.AreEqual(new[] { 0, half }, Array.ConvertAll(_hub.AskedFiles.ToArray(), request => request.From));
        Assert.IsFalse(File.Exists(Partial));
    }

    [TestMethod]
    public async Task AConnectionThatIsAlwaysCutIsGivenUpAndTheNextCallGoesOn()
    {
        int part = _hub.Files[Weights].Length / 3;
        _hub.Changed = reply => reply with { CutAfter = reply.Status == 200 ? part : 0 };
        IOException error = await Assert.ThrowsExactlyAsync<IOException>(() => OpenAsync());
        AssertSays(error, Weights, "4 times", "call again");
        Assert.AreEqual(part, new FileInfo(Partial).Length);

        _hub.AskedFiles.Clear();
        _hub.Changed = reply => reply;
        var received = new List<HubProgress>();
        HubOptions options = _hub.Options(_cache);
        options.Progress = new Recorder(received);
        Assert.AreEqual(_expected.Identity, (await ClipBackbone.FromHubAsync(FakeHub.Name, options)).Identity);
        Assert.AreEqual(part, _hub.AskedFiles.Single().From);
        int length = _hub.Files[Weights].Length;
        Assert.AreEqual(new HubProgress(Weights, length, length), received.Single());
    }

    [TestMethod]
    public async Task AServerInTroubleIsAskedAgain()
    {
        int answers = 0;
        _hub.Changed = reply => answers++ == 0 ? new LoopbackServer.Reply(503) : reply;

        Assert.AreEqual(_expected.Identity, (await OpenAsync()).Identity);
    }

    [TestMethod]
    public async Task WrongBytesAreDeleted()
    {
        _hub.Changed = reply =>
        {
            byte[] wrong = [.. reply.Body];
            wrong[^1] ^= 1;
            return reply with { Body = wrong };
        };
        InvalidDataException error = await Assert.ThrowsExactlyAsync<InvalidDataException>(() => OpenAsync());

        AssertSays(error, Weights, FakeHub.Hash(Weights, _hub.Files[Weights]), "deleted");
        Assert.IsFalse(File.Exists(Partial));
        Assert.IsFalse(File.Exists(Path.Combine(Snapshot, Weights)));
        _hub.Changed = reply => reply;
        Assert.AreEqual(_expected.Identity, (await OpenAsync()).Identity);
    }

    [TestMethod]
    public async Task WrongBytesOfASmallFileAreDeleted()
    {
        _hub.Instead = request => request.Method == "GET" && request.Path.EndsWith("merges.txt", StringComparison.Ordinal)
            ? new LoopbackServer.Reply(200) { Body = [.. Enumerable.Repeat((byte)'x', _hub.Files["merges.txt"].Length)] }
            : null;
        InvalidDataException error = await Assert.ThrowsExactlyAsync<InvalidDataException>(() => OpenAsync());

        AssertSays(error, "merges.txt", FakeHub.Hash("merges.txt", _hub.Files["merges.txt"]));
        Assert.DoesNotContain(name => name.EndsWith(".incomplete", StringComparison.Ordinal), Names(Path.Combine(ModelFolder, "blobs")));
    }

    [TestMethod]
    public async Task MoreBytesThanPromisedAreRefused()
    {
        _hub.Changed = reply => reply with { Body = [.. reply.Body, 0] };

        AssertSays(await Assert.ThrowsExactlyAsync<InvalidDataException>(() => OpenAsync()), Weights, "longer");
        Assert.IsFalse(File.Exists(Path.Combine(Snapshot, Weights)));
    }

    [TestMethod]
    public async Task TwoCallersDownloadOnce()
    {
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _hub.Changed = reply => reply with { CutAfter = reply.Body.Length, Then = () => first.Task };
        Task<ClipBackbone>[] callers = [Task.Run(OpenAsync), Task.Run(OpenAsync)];
        SpinWait.SpinUntil(() => !_hub.AskedFiles.IsEmpty);
        first.SetResult();
        ClipBackbone[] backbones = await Task.WhenAll(callers);

        Assert.IsTrue(backbones.All(backbone => backbone.Identity == _expected.Identity));
        Assert.HasCount(1, _hub.AskedFiles);
    }

    [TestMethod]
    public async Task ACancelledDownloadKeepsWhatItHas()
    {
        int half = _hub.Files[Weights].Length / 2;
        using var cancellation = new CancellationTokenSource();
        _hub.Changed = reply => reply with
        {
            CutAfter = half,
            Then = async () =>
            {
                SpinWait.SpinUntil(() => File.Exists(Partial) && new FileInfo(Partial).Length == half);
                await cancellation.CancelAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellation.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            },
        };
        // One of the two, as tasks do.
        _ = await Assert.ThrowsAsync<OperationCanceledException>(
            () => ClipBackbone.FromHubAsync(FakeHub.Name, _hub.Options(_cache), cancellation.Token));

        Assert.AreEqual(half, new FileInfo(Partial).Length);
    }

    [TestMethod]
    public async Task OfflineTheCacheIsOpenedAndNothingIsAsked()
    {
        _ = await OpenAsync();
        _hub.Asked.Clear();
        HubOptions options = _hub.Options(_cache);
        options.Offline = true;

        Assert.AreEqual(_expected.Identity, (await ClipBackbone.FromHubAsync(FakeHub.Name, options)).Identity);
        Assert.IsEmpty(_hub.Asked);
    }

    [TestMethod]
    public async Task OfflineWhatIsMissingIsNamed()
    {
        HubOptions options = _hub.Options(_cache);
        options.Offline = true;
        Task OpenOffline() => ClipBackbone.FromHubAsync(FakeHub.Name, options);
        AssertSays(await Assert.ThrowsExactlyAsync<FileNotFoundException>(OpenOffline), ModelFolder, FakeHub.Name, "HF_HUB_OFFLINE");

        _ = await OpenAsync();
        _hub.Asked.Clear();
        File.Delete(Path.Combine(Snapshot, "vocab.json"));
        AssertSays(await Assert.ThrowsExactlyAsync<FileNotFoundException>(OpenOffline), Snapshot, "vocab.json", "HF_HUB_OFFLINE");
        Assert.IsEmpty(_hub.Asked);

        _ = await OpenAsync();
        File.Delete(Path.Combine(ModelFolder, "blobs", FakeHub.Hash(Weights, _hub.Files[Weights])));
        AssertSays(await Assert.ThrowsExactlyAsync<FileNotFoundException>(OpenOffline), ModelFolder, "HF_HUB_OFFLINE");
    }

    [TestMethod]
    public async Task WithoutANetworkTheCacheIsOpened()
    {
        _hub.Dispose();
        AssertSays(await Assert.ThrowsExactlyAsync<IOException>(() => OpenAsync()), "127.0.0.1", ModelFolder, "HF_ENDPOINT");

        WriteAsPythonDoes();
        Assert.AreEqual(_expected.Identity, (await OpenAsync()).Identity);
    }

    [TestMethod]
    public async Task AHubInTroubleIsNotNeededForWhatIsThere()
    {
        _hub.Instead = _ => new LoopbackServer.Reply(503);
        AssertSays(await Assert.ThrowsExactlyAsync<IOException>(() => OpenAsync()), "503", ModelFolder);

        WriteAsPythonDoes();
        Assert.AreEqual(_expected.Identity, (await OpenAsync()).Identity);
    }

    [TestMethod]
    public async Task NothingIsAskedOnceItIsCancelled()
    {
        var cancelled = new CancellationToken(canceled: true);
        _ = await Assert.ThrowsAsync<OperationCanceledException>(
            () => ClipBackbone.FromHubAsync(FakeHub.Name, _hub.Options(_cache), cancelled));

        Assert.IsEmpty(_hub.Asked);
    }

    [TestMethod]
    public async Task WhatPythonDownloadedIsNotDownloadedAgain()
    {
        WriteAsPythonDoes();

        Assert.AreEqual(_expected.Identity, (await OpenAsync()).Identity);
        Assert.HasCount(1, _hub.Asked);
    }

    [TestMethod]
    public async Task WithoutLinksFilesStandInTheSnapshot()
    {
        var settings = HubSettings.Read(
            _hub.Options(_cache), name => name == "HF_HUB_DISABLE_SYMLINKS" ? "1" : null);
        using var snapshot = new HubSnapshot(new HubModel(FakeHub.Name, "main"), settings, null, null);
        var backbone = ClipBackbone.FromFolder(await snapshot.GetAsync(CancellationToken.None));

        Assert.AreEqual(_expected.Identity, backbone.Identity);
        Assert.IsNull(new FileInfo(Path.Combine(Snapshot, Weights)).LinkTarget);
        _hub.Asked.Clear();
        _ = await OpenAsync();
        Assert.HasCount(1, _hub.Asked);
    }

    [TestMethod]
    public async Task ALockOfAnotherProcessIsWaitedFor()
    {
        string path = _cache[Path.Combine(".locks", "models--someone--tiny-clip", FakeHub.Hash(Weights, _hub.Files[Weights]) + ".lock")];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Task<ClipBackbone> opened;
        using (new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            opened = Task.Run(OpenAsync);
            SpinWait.SpinUntil(() => _hub.Asked.Any(request => request.Path.EndsWith(Weights, StringComparison.Ordinal)));
            Assert.IsEmpty(_hub.AskedFiles);
        }

        Assert.AreEqual(_expected.Identity, (await opened).Identity);
    }

    [TestMethod]
    public async Task ShardsAreThoseOfTheIndex()
    {
        using var layout = new FolderLayout();
        layout.Shard();
        using var hub = new FakeHub(layout.Path);
        hub.Files["model-00009-of-00009.safetensors"] = [1];
        ClipBackbone backbone = await ClipBackbone.FromHubAsync(FakeHub.Name, hub.Options(_cache));

        Assert.AreEqual(ClipBackbone.FromFolder(layout.Path).Identity, backbone.Identity);
        Assert.IsFalse(File.Exists(Path.Combine(Snapshot, "model-00009-of-00009.safetensors")));
    }

    [TestMethod]
    public async Task OpenClipsOwnFilesAreKnown()
    {
        using var layout = new FolderLayout();
        layout.OpenClip();
        using var hub = new FakeHub(layout.Path);
        ClipBackbone backbone = await ClipBackbone.FromHubAsync(FakeHub.Name, hub.Options(_cache));

        Assert.AreEqual(ClipBackbone.FromFolder(layout.Path).Identity, backbone.Identity);
    }

    [TestMethod]
    public async Task TheActivationOfWeightsAloneIsSaid()
    {
        using var folder = new TemporaryFolder();
        // Widths from which the number of heads can be told.
        _ = TinyClip.Write(folder.Path, config: TinyClip.Config with { VisionWidth = 128, TextWidth = 64, TextHeads = 1 });
        File.Delete(folder["config.json"]);
        using var hub = new FakeHub(folder.Path);
        HubOptions options = hub.Options(_cache);
        _ = await Assert.ThrowsExactlyAsync<FileNotFoundException>(() => ClipBackbone.FromHubAsync(FakeHub.Name, options));
        options.Activation = ClipActivation.Gelu;

        Assert.AreEqual(ClipActivation.Gelu, (await ClipBackbone.FromHubAsync(FakeHub.Name, options)).Config.VisionActivation);
        options.Activation = (ClipActivation)7;
        _ = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ = ClipBackbone.FromHubAsync(FakeHub.Name, options));
    }

    [TestMethod]
    public async Task PicklesAreNeverDownloaded()
    {
        _hub.Files.Remove(Weights);
        NotSupportedException error = await Assert.ThrowsExactlyAsync<NotSupportedException>(() => OpenAsync());

        AssertSays(error, "pytorch_model.bin", FakeHub.Name, "safetensors");
        Assert.HasCount(1, _hub.Asked);
    }

    [TestMethod]
    public async Task AnotherModelIsRefusedBeforeItsWeightsCome()
    {
        _hub.Files["config.json"] = Encoding.UTF8.GetBytes("""{"model_type": "siglip"}""");

        AssertSays(await Assert.ThrowsExactlyAsync<NotSupportedException>(() => OpenAsync()), FakeHub.Name, "SigLIP");
        Assert.IsEmpty(_hub.AskedFiles);
    }

    [TestMethod]
    public async Task ARepositoryWithoutATokenizerIsRefusedAtOnce()
    {
        _hub.Files.Remove("vocab.json");

        AssertSays(await Assert.ThrowsExactlyAsync<FileNotFoundException>(() => OpenAsync()), FakeHub.Name, "vocab.json");
        Assert.HasCount(1, _hub.Asked);
    }

    [TestMethod]
    [DataRow("../../outside.safetensors")]
    [DataRow("/outside.safetensors")]
    [DataRow(@"..\outside.safetensors")]
    [DataRow("a/../../outside.safetensors")]
    [DataRow("")]
    public async Task ANameThatLeadsOutOfTheFolderIsRefused(string name)
    {
        _hub.Listed = [.. _hub.Files.Keys, name];

        AssertSays(await Assert.ThrowsExactlyAsync<InvalidDataException>(() => OpenAsync()), $"'{name}'", "leads out");
        Assert.HasCount(1, _hub.Asked);
        Assert.IsEmpty(Directory.EnumerateFileSystemEntries(_cache.Path));
    }

    [TestMethod]
    [DataRow("../..")]
    [DataRow("main")]
    public async Task ACommitThatIsNoneIsRefused(string commit)
    {
        _hub.Commit = commit;

        AssertSays(await Assert.ThrowsExactlyAsync<InvalidDataException>(() => OpenAsync()), $"'{commit}'", "40 hexadecimal digits");
    }

    [TestMethod]
    [DataRow("../../evil")]
    [DataRow("short")]
    [DataRow(null)]
    public async Task AHashThatIsNoneIsRefused(string? hash)
    {
        _hub.Instead = request => request.Method == "HEAD"
            ? new LoopbackServer.Reply(200, hash is null ? [] : [("ETag", $"\"{hash}\"")])
            : null;

        AssertSays(await Assert.ThrowsExactlyAsync<InvalidDataException>(() => OpenAsync()), hash ?? "(none)", "ETag");
    }

    [TestMethod]
    public async Task AFullDiskIsSaidBeforeTheDownload()
    {
        _hub.Instead = request => request.Method == "HEAD"
            ? new LoopbackServer.Reply(200, ("X-Linked-Etag", new string('a', 64)), ("X-Linked-Size", "1000000000000000000"))
            : null;

        AssertSays(await Assert.ThrowsExactlyAsync<IOException>(() => OpenAsync()), "bytes free", "HF_HUB_CACHE");
        Assert.IsFalse(_hub.Asked.Any(request => request.Method == "GET" && request.Path.Contains("resolve", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task WhatTheHubRefusesIsSaidWithTheWayOut()
    {
        _hub.Token = "hf_secret";
        await AssertRefusedAsync(HttpStatusCode.Unauthorized, FakeHub.Name, "gated", "No token was sent", "HF_TOKEN", "restricted");

        _hub.Instead = _ => new LoopbackServer.Reply(403);
        await AssertRefusedAsync(HttpStatusCode.Forbidden, FakeHub.Name, "private or gated", "HF_TOKEN");

        _hub.Instead = _ => new LoopbackServer.Reply(404, ("X-Error-Code", "RepoNotFound"));
        await AssertRefusedAsync(HttpStatusCode.NotFound, FakeHub.Name, "no such model");

        _hub.Instead = _ => new LoopbackServer.Reply(404, ("X-Error-Code", "RevisionNotFound"));
        await AssertRefusedAsync(HttpStatusCode.NotFound, FakeHub.Name, "no such revision");

        _hub.Instead = _ => new LoopbackServer.Reply(418);
        await AssertRefusedAsync((HttpStatusCode)418, "418", "HF_ENDPOINT");
    }

    [TestMethod]
    [DataRow("<html>")]
    [DataRow("[]")]
    [DataRow("""{"sha": "0123456789abcdef0123456789abcdef01234567"}""")]
    public async Task AnAnswerThatIsNoHubsIsRefused(string answer)
    {
        _hub.Instead = _ => new LoopbackServer.Reply(200) { Body = Encoding.UTF8.GetBytes(answer) };

        AssertSays(await Assert.ThrowsExactlyAsync<InvalidDataException>(() => OpenAsync()), "Is it a hub?");
    }

    [TestMethod]
    public async Task RedirectsInACircleEnd()
    {
        _hub.Instead = request => new LoopbackServer.Reply(302, ("Location", request.Path));

        AssertSays(await Assert.ThrowsExactlyAsync<InvalidDataException>(() => OpenAsync()), "10 times");
    }

    [TestMethod]
    public async Task ARedirectToSomethingElseThanTheWebIsRefused()
    {
        _hub.Instead = _ => new LoopbackServer.Reply(302, ("Location", "file:///etc/passwd"));

        AssertSays(await Assert.ThrowsExactlyAsync<InvalidDataException>(() => OpenAsync()), "expected https");
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("clip-vit-base-patch16")]
    [DataRow("a/b/c")]
    [DataRow("../b")]
    [DataRow("a/..")]
    [DataRow("a/b..c")]
    [DataRow("a/b--c")]
    [DataRow(@"a\b")]
    [DataRow("a/b.git")]
    [DataRow("a/b?c")]
    [DataRow("a/b\n")]
    [DataRow("https://huggingface.co/a/b")]
    public void ANameOfAnotherFormIsRefusedAtOnce(string name)
    {
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => _ = ClipBackbone.FromHubAsync(name, _hub.Options(_cache)));

        Assert.AreEqual("name", error.ParamName);
        Assert.IsEmpty(_hub.Asked);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("..")]
    [DataRow("a/../b")]
    [DataRow("/main")]
    [DataRow("a//b")]
    [DataRow(@"a\b")]
    [DataRow("C:x")]
    public void ARevisionOfAnotherFormIsRefusedAtOnce(string revision)
    {
        HubOptions options = _hub.Options(_cache);
        options.Revision = revision;

        AssertSays(Assert.ThrowsExactly<ArgumentException>(() => _ = ClipBackbone.FromHubAsync(FakeHub.Name, options)), $"'{revision}'");
        Assert.IsEmpty(_hub.Asked);
    }

    [TestMethod]
    public async Task AHandlerThatFollowsRedirectsIsRefused()
    {
        HubOptions options = _hub.Options(_cache);
        using var handler = new SocketsHttpHandler();
        options.Handler = handler;
        AssertSays(
            Assert.ThrowsExactly<ArgumentException>(() => _ = ClipBackbone.FromHubAsync(FakeHub.Name, options)), "AllowAutoRedirect");

        using var hidden = new PassingHandler(handler);
        options.Handler = hidden;
        AssertSays(
            await Assert.ThrowsExactlyAsync<ArgumentException>(() => ClipBackbone.FromHubAsync(FakeHub.Name, options)),
            "AllowAutoRedirect");
    }

    [TestMethod]
    public async Task AHandlerOfOnesOwnIsUsedAndKept()
    {
        HubOptions options = _hub.Options(_cache);
        using var handler = new PassingHandler(new SocketsHttpHandler { AllowAutoRedirect = false });
        options.Handler = handler;
        _ = await ClipBackbone.FromHubAsync(FakeHub.Name, options);
        int sent = handler.Sent;
        _ = await ClipBackbone.FromHubAsync(FakeHub.Name, options);

        Assert.AreEqual(_hub.Asked.Count + _hub.AskedFiles.Count - 1, sent);
    }

    private static string[] Names(string folder) =>
        [.. Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static void AssertSays(Exception error, params string[] parts)
    {
        foreach (string part in parts)
        {
            Assert.Contains(part, error.Message);
        }
    }

    private Task<ClipBackbone> OpenAsync() => ClipBackbone.FromHubAsync(FakeHub.Name, _hub.Options(_cache));

    private async Task AssertRefusedAsync(HttpStatusCode status, params string[] parts)
    {
        HttpRequestException error = await Assert.ThrowsExactlyAsync<HttpRequestException>(() => OpenAsync());
        Assert.AreEqual(status, error.StatusCode);
        AssertSays(error, parts);
    }

    /// <summary>The cache's layout, written without this package's code.</summary>
    private void WriteAsPythonDoes()
    {
        Directory.CreateDirectory(Path.Combine(ModelFolder, "blobs"));
        Directory.CreateDirectory(Path.Combine(ModelFolder, "refs"));
        Directory.CreateDirectory(Snapshot);
        File.WriteAllText(Path.Combine(ModelFolder, "refs", "main"), FakeHub.FirstCommit);
        foreach ((string name, byte[] content) in _hub.Files)
        {
            File.WriteAllBytes(Path.Combine(ModelFolder, "blobs", FakeHub.Hash(name, content)), content);
            File.CreateSymbolicLink(Path.Combine(Snapshot, name), "../../blobs/" + FakeHub.Hash(name, content));
        }
    }

    private sealed class Recorder(List<HubProgress> received) : IProgress<HubProgress>
    {
        public void Report(HubProgress value) => received.Add(value);
    }

    private sealed class PassingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        public int Sent { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Sent++;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
