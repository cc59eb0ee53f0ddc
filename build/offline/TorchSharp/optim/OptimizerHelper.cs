using TorchSharp.Utils;

namespace TorchSharp.Modules;

public abstract class OptimizerHelper : torch.optim.Optimizer
{
    protected OptimizerOptions _defaults = new();
    protected OrderedDict<IntPtr, OptimizerState> _state = new();

    public OptimizerHelper()
    {
    }

    public virtual StateDictionary state_dict()
    {
        var dictionary = new StateDictionary();
        foreach (var group in _parameter_groups)
        {
            var places = new List<int>();
            foreach (var parameter in group.Parameters)
            {
                places.Add(dictionary.State.Count);
                dictionary.State.Add(_state[parameter.Handle]);
            }
            dictionary.Options.Add(group.Options);
            dictionary.StateIndexRef.Add(places);
        }
        return dictionary;
    }

    public virtual void load_state_dict(StateDictionary state_dict)
    {
        var mine = this.state_dict();
        if (mine.Options.Count != state_dict.Options.Count || mine.State.Count != state_dict.State.Count)
        {
            throw new ArgumentException("State dictionary does not match the optimizer's parameter groups.");
        }
        for (var i = 0; i < mine.Options.Count; i++)
        {
            mine.Options[i].LoadStateDict(state_dict.Options[i]);
        }
        for (var i = 0; i < mine.State.Count; i++)
        {
            mine.State[i].LoadStateDict(state_dict.State[i]);
        }
    }

    public void to(torch.Device device)
    {
        foreach (var (_, state) in _state)
        {
            state.to(device);
        }
    }

    protected torch.Tensor _step<T>(Action<T> body, Func<torch.Tensor>? loss_closure = null)
        where T : ParamGroup
    {
        torch.Tensor? loss = null;
        if (loss_closure is not null)
        {
            using var enabled = torch.enable_grad();
            loss = loss_closure();
        }
        using var _ = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        foreach (var group in _parameter_groups)
        {
            body((T)group);
        }
        return loss!;
    }

    // Options that a group leaves open are those of the optimizer.
    private protected void AddGroup<TOptions>(
        ParamGroup group, TOptions defaults, Action<TOptions, TOptions> complete, Func<Parameter, OptimizerState> makeState)
        where TOptions : OptimizerOptions, new()
    {
        if (group.Options is not TOptions options)
        {
            options = new TOptions { LearningRate = group.Options?.LearningRate };
            group.Options = options;
        }
        options.LearningRate ??= defaults.LearningRate;
        options.InitialLearningRate = options.LearningRate!.Value;
        complete(options, defaults);
        group.Parameters = group.Parameters.ToArray();
        foreach (var parameter in group.Parameters)
        {
            if (_state.ContainsKey(parameter.Handle))
            {
                throw new ArgumentException("A parameter appears in more than one parameter group.");
            }
            var state = makeState(parameter);
            state.Initialize(options);
            _state.Add(parameter.Handle, state);
        }
        _parameter_groups.Add(group);
    }

    private protected override void DisposeStates()
    {
        foreach (var (_, state) in _state)
        {
            (state as IDisposable)?.Dispose();
        }
        _state.Clear();
    }
}
