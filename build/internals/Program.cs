using Microsoft.ML.Loreal.Build;

if (args is not [var source, var destination, var list])
{
    Console.Error.WriteLine("usage: VisibleInternals ASSEMBLY COPY LIST");
    return 2;
}

byte[] assembly = File.ReadAllBytes(source);
IReadOnlyList<string> missing = MemberList.Missing(assembly, File.ReadLines(list));
if (missing.Count > 0)
{
    // One line: the build shows it as its error.
    Console.WriteLine(
        $"{Path.GetFileNameWithoutExtension(source)} has no {string.Join(", no ", missing)}: this ML.NET is not the one that "
        + $"{Path.GetFileName(list)} was written for. Use the version in Directory.Packages.props or adapt the product's folders MLNet.");
    return 1;
}

VisibleInternals.Show(assembly);
Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(destination))!);
File.WriteAllBytes(destination, assembly);
return 0;
