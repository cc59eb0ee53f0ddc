using TorchSharp.Modules;

namespace TorchSharp.Modules
{
    public class AdamW : OptimizerHelper, torch.optim.IBetas
    {
        public AdamW(
            IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08,
            double weight_decay = 0, bool amsgrad = false, bool maximize = false)
            : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)
        {
        }

        public AdamW(
            IEnumerable<ParamGroup> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08,
            double weight_decay = 0, bool amsgrad = false, bool maximize = false)
        {
            if (lr < 0)
            {
                throw new ArgumentException($"Invalid learning rate: {lr}");
            }
            if (beta1 is < 0 or >= 1)
            {
                throw new ArgumentException($"Invalid beta1 value: {beta1}");
            }
            if (beta2 is < 0 or >= 1)
            {
                throw new ArgumentException($"Invalid beta2 value: {beta2}");
            }
            if (eps < 0)
            {
                throw new ArgumentException($"Invalid eps value: {eps}");
            }
            if (weight_decay < 0)
            {
                throw new ArgumentException($"Invalid weight_decay value: {weight_decay}");
            }
            _defaults = new Options
            {
                LearningRate = lr,
                beta1 = beta1,
                beta2 = beta2,
                eps = eps,
                weight_decay = weight_decay,
                amsgrad = amsgrad,
                maximize = maximize,
            };
            foreach (var group in parameters)
            {
                add_param_group(group);
            }
        }

        public (double, double) Betas
        {
            get => (((Options)_defaults).beta1!.Value, ((Options)_defaults).beta2!.Value);
            set
            {
                (((Options)_defaults).beta1, ((Options)_defaults).beta2) = value;
                foreach (var group in _parameter_groups)
                {
                    (((Options)group.Options).beta1, ((Options)group.Options).beta2) = value;
                }
            }
        }

        public override void add_param_group(Modules.ParamGroup param_group) => AddGroup(
            param_group,
            (Options)_defaults,
            static (options, defaults) =>
            {
                options.beta1 ??= defaults.beta1;
                options.beta2 ??= defaults.beta2;
                options.eps ??= defaults.eps;
                options.weight_decay ??= defaults.weight_decay;
                options.amsgrad ??= defaults.amsgrad;
                options.maximize ??= defaults.maximize;
            },
            static parameter => new State(parameter));

        public override torch.Tensor step(Func<torch.Tensor>? closure = null) => _step<Modules.ParamGroup>(Step, closure);

        private void Step(Modules.ParamGroup group)
        {
            var options = (Options)group.Options;
            var rate = options.LearningRate!.Value;
            var (beta1, beta2) = (options.beta1!.Value, options.beta2!.Value);
            var decay = options.weight_decay!.Value;
            foreach (var parameter in group.Parameters)
            {
                using var gradient = parameter.grad;
                if (gradient is null)
                {
                    continue;
                }
                var state = (State)_state[parameter.Handle];
                state.step++;
                using var ascent = options.maximize!.Value ? -gradient : null;
                var direction = ascent ?? gradient;
                if (decay != 0)
                {
                    parameter.mul_(1 - (rate * decay));
                }
                AdamMoments.Step(
                    parameter, direction, state.exp_avg!, state.exp_avg_sq!, options.amsgrad!.Value ? state.max_exp_avg_sq! : null,
                    state.step, rate, beta1, beta2, options.eps!.Value);
            }
        }

        public class Options : OptimizerOptions
        {
            public double? beta1;
            public double? beta2;
            public double? eps;
            public double? weight_decay;
            public bool? amsgrad;
            public bool? maximize;

            public override void LoadStateDict(OptimizerOptions source)
            {
                base.LoadStateDict(source);
                var other = (Options)source;
                beta1 = other.beta1;
                beta2 = other.beta2;
                eps = other.eps;
                weight_decay = other.weight_decay;
                amsgrad = other.amsgrad;
                maximize = other.maximize;
            }
        }

        public class ParamGroup : ParamGroup<Options>, torch.optim.IBetas
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
                IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08,
                double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                : base(
                    parameters,
                    new Options
                    {
                        LearningRate = lr,
                        beta1 = beta1,
                        beta2 = beta2,
                        eps = eps,
                        weight_decay = weight_decay,
                        amsgrad = amsgrad,
                        maximize = maximize,
                    })
            {
            }

            public (double, double) Betas
            {
                get => (Options.beta1!.Value, Options.beta2!.Value);
                set => (Options.beta1, Options.beta2) = value;
            }
        }

        public sealed class State : OptimizerState, IDisposable
        {
            public long step;
            public torch.Tensor? exp_avg;
            public torch.Tensor? exp_avg_sq;
            public torch.Tensor? max_exp_avg_sq;

            public State(Parameter parameter)
                : base(parameter)
            {
            }

            public override void Initialize(OptimizerOptions options)
            {
                step = 0;
                Replace(ref exp_avg, Empty(), copy: false);
                Replace(ref exp_avg_sq, Empty(), copy: false);
                Replace(ref max_exp_avg_sq, ((Options)options).amsgrad == true ? Empty() : null, copy: false);
            }

            public override void LoadStateDict(OptimizerState source)
            {
                var other = (State)source;
                step = other.step;
                Replace(ref exp_avg, other.exp_avg, copy: true);
                Replace(ref exp_avg_sq, other.exp_avg_sq, copy: true);
                Replace(ref max_exp_avg_sq, other.max_exp_avg_sq, copy: true);
            }

            public override void to(torch.Device device)
            {
                Replace(ref exp_avg, exp_avg?.to(device), copy: false);
                Replace(ref exp_avg_sq, exp_avg_sq?.to(device), copy: false);
                Replace(ref max_exp_avg_sq, max_exp_avg_sq?.to(device), copy: false);
            }

            public override bool ApproximatelyEquals(OptimizerState other) =>
                other is State state
                && step == state.step
                && Close(exp_avg, state.exp_avg)
                && Close(exp_avg_sq, state.exp_avg_sq)
                && Close(max_exp_avg_sq, state.max_exp_avg_sq);

            public void Dispose()
            {
                Replace(ref exp_avg, null, copy: false);
                Replace(ref exp_avg_sq, null, copy: false);
                Replace(ref max_exp_avg_sq, null, copy: false);
            }
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class optim
        {
            public static AdamW AdamW(
                IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08,
                double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
                new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

            public static AdamW AdamW(
                IEnumerable<(string name, Parameter parameter)> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999,
                double eps = 1e-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
                new(parameters.Select(p => p.parameter), lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

            public static AdamW AdamW(
                IEnumerable<AdamW.ParamGroup> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08,
                double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
                new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);
        }
    }
}
