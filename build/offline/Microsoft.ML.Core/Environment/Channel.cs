using System.Diagnostics;

namespace Microsoft.ML.Runtime;

internal class Pipe<TMessage>(ContextNode parent, string name, Action<string, TMessage> dispatch) : ContextNode(name, parent.FullName), IPipe<TMessage>
{
    private bool _disposed;

    public void Send(TMessage msg) => dispatch(FullName, msg);

    public override TException Process<TException>(TException ex)
    {
        parent.Process(ex);
        if (ex is not null)
        {
            ex.Data[Phase] = Name;
        }
        return ex;
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Finish();
        }
    }

    protected virtual void Finish()
    {
    }
}

internal sealed class Channel : Pipe<ChannelMessage>, IChannel
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    public Channel(ContextNode parent, string name, Action<string, ChannelMessage> dispatch)
        : base(parent, name, dispatch)
        => Trace(MessageSensitivity.None, "Channel started");

    public void Trace(MessageSensitivity sensitivity, string fmt) => Send(new ChannelMessage(ChannelMessageKind.Trace, sensitivity, fmt));

    public void Trace(MessageSensitivity sensitivity, string fmt, params object[] args)
        => Send(new ChannelMessage(ChannelMessageKind.Trace, sensitivity, fmt, args));

    public void Info(MessageSensitivity sensitivity, string fmt) => Send(new ChannelMessage(ChannelMessageKind.Info, sensitivity, fmt));

    public void Info(MessageSensitivity sensitivity, string fmt, params object[] args)
        => Send(new ChannelMessage(ChannelMessageKind.Info, sensitivity, fmt, args));

    public void Warning(MessageSensitivity sensitivity, string fmt) => Send(new ChannelMessage(ChannelMessageKind.Warning, sensitivity, fmt));

    public void Warning(MessageSensitivity sensitivity, string fmt, params object[] args)
        => Send(new ChannelMessage(ChannelMessageKind.Warning, sensitivity, fmt, args));

    public void Error(MessageSensitivity sensitivity, string fmt) => Send(new ChannelMessage(ChannelMessageKind.Error, sensitivity, fmt));

    public void Error(MessageSensitivity sensitivity, string fmt, params object[] args)
        => Send(new ChannelMessage(ChannelMessageKind.Error, sensitivity, fmt, args));

    protected override void Finish()
    {
        Trace(MessageSensitivity.None, "Channel finished. Elapsed {0:c}.", _watch.Elapsed);
        Trace(MessageSensitivity.None, "Channel disposed");
    }
}
