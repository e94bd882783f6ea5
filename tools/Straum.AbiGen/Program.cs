using Straum.AbiGen;

return Generator.Run(args, Console.Out, Console.Error);
