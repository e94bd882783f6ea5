using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Straum.Lab.Echo;
using Straum.Lab.Processes;
using Straum.Linux;

namespace Straum.Lab.Check;

/// <summary>
/// Asks by a process that is in the vantage's network namespace and cgroup, as an application there would be: the one way
/// to go through the node's socket programs. All questions of one place share a process (<c>straum lab ask</c>).
/// </summary>
public static class ProcessInterview
{
    /// <summary>Asks all questions in their order.</summary>
    /// <param name="program">Path of <c>straum</c>.</param>
    /// <param name="questions">At least one, all of the same place.</param>
    /// <param name="answered">Told of each report as it comes.</param>
    /// <param name="stop">Ends the process, and the questions with it.</param>
    public static async Task AskAsync(string program, IReadOnlyList<Question> questions, Action<Question, ProbeReport> answered, CancellationToken stop)
    {
        var place = questions[0].From;
        // The lab may be taken down while it is checked, and must not come back in part.
        if (!ControlGroup.TryOpen(LabCgroups.Node(place.Node), out _))
        {
            throw new LabException("the lab has been removed meanwhile");
        }
        using var ns = NetworkNamespace.Open(place.NetworkNamespace);
        using var process = NamespacedProcess.Start(ns, new ProcessSpec
        {
            FileName = program,
            Arguments = ["lab", "ask", .. questions.Select(Write)],
            ControlGroup = ControlGroup.Create(place.Cgroup),
        });
        process.StandardInput.Close();
        try
        {
            var error = process.StandardError.ReadToEndAsync(stop);
            var reports = 0;
            while (await process.StandardOutput.ReadLineAsync(stop) is { } line)
            {
                answered(questions[reports++], JsonSerializer.Deserialize(line, EchoJson.Default.ProbeReport)!);
            }
            if (reports < questions.Count)
            {
                throw new LabException($"the process that asks from {place.Name} ended early: {(await error).Trim()}");
            }
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    /// <summary>The other side: answers questions as <see cref="Write"/> wrote them, one after the other.</summary>
    public static async IAsyncEnumerable<ProbeReport> AnswerAsync(IEnumerable<string> questions, [EnumeratorCancellation] CancellationToken stop)
    {
        var asker = new Asker();
        foreach (var question in questions)
        {
            var parts = question.Split('/');
            if (parts.Length != 3 || !Enum.TryParse<ProbeProtocol>(parts[0], ignoreCase: true, out var protocol)
                || !IPEndPoint.TryParse(parts[1], out var target) || !int.TryParse(parts[2], out var count) || count < 1)
            {
                throw new LabException($"'{question}' is not a question", "tcp/10.96.0.10:7000/5 is one");
            }
            yield return await asker.AskAsync(new ProbeSpec(protocol, target), count, stop);
        }
    }

    internal static string Write(Question question) =>
        $"{question.Protocol.ToString().ToLowerInvariant()}/{question.Target}/{question.Count.ToString(CultureInfo.InvariantCulture)}";
}
