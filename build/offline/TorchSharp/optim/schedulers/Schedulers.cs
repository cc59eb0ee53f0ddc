namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static LRScheduler LambdaLR(
                Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false) =>
                new impl.LambdaLR(optimizer, lr_lambda, last_epoch, verbose);

            public static LRScheduler StepLR(
                Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new impl.StepLR(optimizer, step_size, gamma, last_epoch, verbose);

            public static LRScheduler CosineAnnealingLR(
                Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false) =>
                new impl.CosineAnnealingLR(optimizer, T_max, eta_min, last_epoch, verbose);

            public static class impl
            {
                public class LambdaLR : LRScheduler
                {
                    private readonly Func<int, double> _factor;

                    public LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _factor = lr_lambda;
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => Base.Select(rate => rate * _factor(Epoch));
                }

                public class StepLR : LRScheduler
                {
                    private readonly int _size;
                    private readonly double _gamma;

                    public StepLR(Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _size = step_size;
                        _gamma = gamma;
                        step();
                    }

                    protected override IEnumerable<double> get_lr() =>
                        Current.Select(rate => Epoch == 0 || Epoch % _size != 0 ? rate : rate * _gamma);

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        Base.Select(rate => rate * Math.Pow(_gamma, Epoch / _size));
                }

                public class CosineAnnealingLR : LRScheduler
                {
                    private readonly double _period;
                    private readonly double _lowest;

                    public CosineAnnealingLR(
                        Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _period = T_max;
                        _lowest = eta_min;
                        step();
                    }

                    // The recursion, unlike the closed form, follows a rate that somebody else has changed in between.
                    protected override IEnumerable<double> get_lr()
                    {
                        if (Epoch == 0)
                        {
                            return Base;
                        }
                        if ((Epoch - 1 - _period) % (2 * _period) == 0)
                        {
                            var rise = (1 - Math.Cos(Math.PI / _period)) / 2;
                            return Current.Zip(Base, (rate, start) => rate + ((start - _lowest) * rise));
                        }
                        var ratio = (1 + Math.Cos(Math.PI * Epoch / _period)) / (1 + Math.Cos(Math.PI * (Epoch - 1) / _period));
                        return Current.Select(rate => (ratio * (rate - _lowest)) + _lowest);
                    }

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        Base.Select(rate => _lowest + ((rate - _lowest) * (1 + Math.Cos(Math.PI * Epoch / _period)) / 2));
                }
            }
        }
    }
}
