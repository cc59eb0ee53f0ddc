using TorchSharp.Modules;

namespace TorchSharp.Modules
{
    public class SGD : OptimizerHelper, torch.optim.IMomentum
    {
        public SGD(
            IEnumerable<Parameter> parameters, double lr, double momentum = 0, double dampening = 0, double weight_decay = 0,
            bool nesterov = false, bool maximize = false)
            : this([new ParamGroup { Parameters = parameters }], lr, momentum, dampening, weight_decay, nesterov, maximize)
        {
        }

        public SGD(
            IEnumerable<ParamGroup> parameters, double lr, double momentum = 0, double dampening = 0, double weight_decay = 0,
            bool nesterov = false, bool maximize = false)
        {
            if (lr < 0)
            {
                throw new ArgumentException($"Invalid learning rate: {lr}");
            }
            if (momentum < 0)
            {
                throw new ArgumentException($"Invalid momentum: {momentum}");
            }
            if (weight_decay < 0)
            {
                throw new ArgumentException($"Invalid weight_decay value: {weight_decay}");
            }
            if (nesterov && (momentum <= 0 || dampening != 0))
            {
                throw new ArgumentException("Nesterov momentum requires a momentum and zero dampening");
            }
            _defaults = new Options
            {
                LearningRate = lr,
                momentum = momentum,
                dampening = dampening,
                weight_decay = weight_decay,
                nesterov = nesterov,
                maximize = maximize,
            };
            foreach (var group in parameters)
            {
                add_param_group(group);
            }
        }

        public double Momentum
        {
            get => ((Options)_defaults).momentum!.Value;
            set
            {
                ((Options)_defaults).momentum = value;
                foreach (var group in _parameter_groups)
                {
                    ((ParamGroup)group).Momentum = value;
                }
            }
        }

        public override void add_param_group(Modules.ParamGroup param_group) => AddGroup(
            param_group,
            (Options)_defaults,
            static (options, defaults) =>
            {
                options.momentum ??= defaults.momentum;
                options.dampening ??= defaults.dampening;
                options.weight_decay ??= defaults.weight_decay;
                options.nesterov ??= defaults.nesterov;
                options.maximize ??= defaults.maximize;
            },
            static parameter => new State(parameter));

        public override torch.Tensor step(Func<torch.Tensor>? closure = null) => _step<Modules.ParamGroup>(Step, closure);

        private void Step(Modules.ParamGroup group)
        {
            var options = (Options)group.Options;
            var rate = options.LearningRate!.Value;
            var momentum = options.momentum!.Value;
            var sign = options.maximize!.Value ? 1.0 : -1.0;
            foreach (var parameter in group.Parameters)
            {
                using var gradient = parameter.grad;
                if (gradient is null)
                {
                    continue;
                }
                // Weight decay pulls to zero whichever way the objective goes, so with maximize it changes its sign.
                using var decayed = options.weight_decay!.Value == 0 ? null : gradient.add(parameter, -sign * options.weight_decay.Value);
                var direction = decayed ?? gradient;
                if (momentum == 0)
                {
                    parameter.add_(direction, sign * rate);
                    continue;
                }
                var state = (State)_state[parameter.Handle];
                if (state.momentum_buffer is null)
                {
                    state.momentum_buffer = direction.detach().clone().DetachFromDisposeScope();
                }
                else
                {
                    state.momentum_buffer.mul_(momentum).add_(direction, 1 - options.dampening!.Value);
                }
                if (options.nesterov!.Value)
                {
                    parameter.add_(direction, sign * rate).add_(state.momentum_buffer, sign * rate * momentum);
                }
                else
                {
                    parameter.add_(state.momentum_buffer, sign * rate);
                }
            }
        }

        public class Options : OptimizerOptions
        {
            public double? momentum;
            public double? dampening;
            public double? weight_decay;
            public bool? nesterov;
            public bool? maximize;

            public override void LoadStateDict(OptimizerOptions source)
            {
                base.LoadStateDict(source);
                var other = (Options)source;
                momentum = other.momentum;
                dampening = other.dampening;
                weight_decay = other.weight_decay;
                nesterov = other.nesterov;
                maximize = other.maximize;
            }
        }

        public class ParamGroup : ParamGroup<Options>, torch.optim.IMomentum
        {
            public ParamGroup()
                : base([], new Options())
            {
            }

            public ParamGroup(IEnumerable<Parameter> parameters, Options options)
                : base(parameters, options)
            {
            }

            public ParamGroup(
                IEnumerable<Parameter> parameters, double lr = 0.001, double momentum = 0, double dampening = 0, double weight_decay = 0,
                bool nesterov = false, bool maximize = false)
                : base(
                    parameters,
                    new Options
                    {
                        LearningRate = lr,
                        momentum = momentum,
                        dampening = dampening,
                        weight_decay = weight_decay,
                        nesterov = nesterov,
                        maximize = maximize,
                    })
            {
            }

            public double Momentum
            {
                get => Options.momentum!.Value;
                set => Options.momentum = value;
            }
        }

        public sealed class State : OptimizerState, IDisposable
        {
            public torch.Tensor? momentum_buffer;

            public State(Parameter parameter)
                : base(parameter)
            {
            }

            // The buffer starts as the first gradient, so there is none before the first step.
            public override void Initialize(OptimizerOptions options) => Replace(ref momentum_buffer, null, copy: false);

            public override void LoadStateDict(OptimizerState source) =>
                Replace(ref momentum_buffer, ((State)source).momentum_buffer, copy: true);

            public override void to(torch.Device device) => Replace(ref momentum_buffer, momentum_buffer?.to(device), copy: false);

            public override bool ApproximatelyEquals(OptimizerState other) =>
                other is State state && Close(momentum_buffer, state.momentum_buffer);

            public void Dispose() => Replace(ref momentum_buffer, null, copy: false);
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class optim
        {
            public static SGD SGD(
                IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double dampening = 0,
                double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
                new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);

            public static SGD SGD(
                IEnumerable<(string name, Parameter parameter)> parameters, double learningRate, double momentum = 0,
                double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
                new(parameters.Select(p => p.parameter), learningRate, momentum, dampening, weight_decay, nesterov, maximize);

            public static SGD SGD(
                IEnumerable<SGD.ParamGroup> parameters, double learningRate, double momentum = 0, double dampening = 0,
                double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
                new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);
        }
    }
}
