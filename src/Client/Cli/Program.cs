using ServiceOrdering.Cli;

return await CommandLine.RunAsync(args);
