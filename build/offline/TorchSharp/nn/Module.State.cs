namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                var start = string.IsNullOrEmpty(prefix) ? "" : prefix + ".";
                foreach (var (key, parameter) in named_parameters())
                {
                    destination.TryAdd(start + key, parameter);
                }
                foreach (var (key, buffer) in named_buffers(include_nonpersistent: false))
                {
                    destination.TryAdd(start + key, buffer);
                }
                // A parameter shared by two modules is reported once by named_parameters; here it appears under each of its names.
                foreach (var (key, child) in named_children())
                {
                    child.state_dict(destination, start + key);
                }
                return destination;
            }

            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(
                Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                var target = state_dict();
                bool Wanted(string key) => skip is null || !skip.Contains(key);
                var unexpected = source.Keys.Where(key => Wanted(key) && !target.ContainsKey(key)).ToList();
                var missing = target.Keys.Where(key => Wanted(key) && !source.ContainsKey(key)).ToList();
                if (strict && (missing.Count > 0 || unexpected.Count > 0))
                {
                    throw new InvalidOperationException("The loaded state_dict is not identical to the target dictionary.");
                }
                using var _ = no_grad();
                foreach (var (key, value) in source)
                {
                    if (Wanted(key) && target.TryGetValue(key, out var tensor))
                    {
                        tensor.copy_(value);
                    }
                }
                return (missing, unexpected);
            }
        }
    }
}
