namespace Microsoft.ML.Loreal.Hub;

/// <summary>A request that may succeed when it is sent again: no connection, a connection that was cut, a server in trouble.</summary>
internal sealed class BrokenConnectionException(string message, Exception? innerException) : IOException(message, innerException);
