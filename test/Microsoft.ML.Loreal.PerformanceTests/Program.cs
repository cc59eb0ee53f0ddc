using Microsoft.ML.Loreal.PerformanceTests;

// What a benchmark asks of its children is no command of the user's, and reading it as one would count to the cold start.
return args is [ChildProcess.Verb, .. var measurement] ? ChildProcess.Measure(measurement) : CommandLine.Run(args);
