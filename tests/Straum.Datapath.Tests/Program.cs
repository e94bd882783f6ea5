using Straum.Datapath.Tests.Sockets;

// Run by a test with the puppet's name, this program is a process for that test to put into a control group.
return args is [PuppetProgram.Argument] ? PuppetProgram.Run() : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
