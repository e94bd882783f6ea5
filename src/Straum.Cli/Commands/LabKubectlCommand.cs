using System.CommandLine;
using Straum.Lab;

namespace Straum.Cli.Commands;

/// <summary><c>straum lab kubectl …</c>: the kubectl of this machine with the lab's kubeconfig; its exit code is the command's.</summary>
internal static class LabKubectlCommand
{
    /// <summary>
    /// The command line with kubectl's words shielded from the parser, which would take <c>--help</c> for its own and drop the
    /// <c>--</c> before a container's command. <c>straum lab kubectl --help</c> alone stays a question to straum.
    /// </summary>
    public static string[] Literally(string[] arguments) => arguments switch
    {
        ["lab", "kubectl", "--help" or "-h" or "-?"] => arguments,
        ["lab", "kubectl", .. var words] => ["lab", "kubectl", "--", .. words],
        _ => arguments,
    };

    public static Command Create()
    {
        // No arguments of its own: every word is kubectl's, in the order it was given.
        var command = new Command("kubectl", "Run kubectl against the lab: lab kubectl get pods -o wide") { TreatUnmatchedTokensAsErrors = false };
        return command.Does(static async (parse, stop) =>
        {
            LabCluster.Running();
            return await Kubectl.RunAttachedAsync(parse.UnmatchedTokens, stop);
        });
    }
}
