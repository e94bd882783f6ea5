using Straum.Datapath.Tests.Sockets;
using Straum.Datapath.Tests.Upgrades;

// Run by a test with one of these names, this program is a process for that test: to put into a control group, or to kill.
return args switch
{
    [PuppetProgram.Argument] => PuppetProgram.Run(),
    [InstallerProgram.Argument, var pins, .. var builds] => InstallerProgram.Run(pins, builds),
    _ => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
};
