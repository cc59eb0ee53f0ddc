namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public abstract class LRScheduler
            {
                protected int _step_count;
                private protected readonly Optimizer Controlled;
                private protected int Epoch;
                private IEnumerable<double> _last = [];

                protected LRScheduler(Optimizer optimizer, int last_epoch = -1, bool verbose = false)
                {
                    Controlled = optimizer;
                    Epoch = last_epoch;
                    if (last_epoch == -1)
                    {
                        foreach (var group in optimizer.ParamGroups)
                        {
                            group.InitialLearningRate = group.LearningRate;
                        }
                    }
                    Base = optimizer.ParamGroups.Select(group => group.InitialLearningRate).ToArray();
                    _last = Current.ToArray();
                }

                private protected double[] Base { get; }

                private protected IEnumerable<double> Current => Controlled.ParamGroups.Select(group => group.LearningRate);

                public virtual void step() => step(null);

                public virtual void step(int? epoch)
                {
                    _step_count++;
                    Epoch = epoch ?? Epoch + 1;
                    var rates = (epoch is null ? get_lr() : get_closed_form_lr()).ToArray();
                    var i = 0;
                    foreach (var group in Controlled.ParamGroups)
                    {
                        group.LearningRate = rates[i++];
                    }
                    _last = Current.ToArray();
                }

                public IEnumerable<double> get_last_lr() => _last;

                protected virtual IEnumerable<double> get_lr() => Current;

                protected virtual IEnumerable<double> get_closed_form_lr() => get_lr();
            }
        }
    }
}
