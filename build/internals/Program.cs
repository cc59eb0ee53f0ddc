using Microsoft.ML.Loreal.Build;

if (args is not [var source, var destination])
{
    Console.Error.WriteLine("usage: VisibleInternals ASSEMBLY COPY");
    return 1;
}

byte[] assembly = File.ReadAllBytes(source);
VisibleInternals.Show(assembly);
Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(destination))!);
File.WriteAllBytes(destination, assembly);
return 0;
