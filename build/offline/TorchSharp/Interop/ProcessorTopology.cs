namespace TorchSharp;

internal static class ProcessorTopology
{
    /// <summary>The physical cores that this process may use: sibling hardware threads count once.</summary>
    internal static int PhysicalCores()
    {
        var cores = new HashSet<(string Package, string Core)>();
        try
        {
            foreach (string cpu in Directory.EnumerateDirectories("/sys/devices/system/cpu", "cpu*"))
            {
                string package = Path.Combine(cpu, "topology", "physical_package_id");
                string core = Path.Combine(cpu, "topology", "core_id");
                if (File.Exists(package) && File.Exists(core))
                {
                    cores.Add((File.ReadAllText(package), File.ReadAllText(core)));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            cores.Clear();
        }
        // The runtime's count honours affinity and container limits, the machine's topology does not.
        return cores.Count == 0 ? Environment.ProcessorCount : Math.Min(cores.Count, Environment.ProcessorCount);
    }
}
