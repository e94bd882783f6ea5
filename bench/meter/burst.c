// SPDX-License-Identifier: Apache-2.0
/*
 * Calls of a CNI plugin as a container runtime makes them:
 *
 *   meter burst alone|together N PLUGIN CONFIG ID NETNS
 *
 * runs PLUGIN N times with CONFIG on its stdin, one after the other or all from
 * the same instant on, with CNI_CONTAINERID and CNI_NETNS made from ID and NETNS
 * and the number of the call; everything else of its environment is ours. Prints
 * "n p50 p99 mean" of the time from the start of a call to its end, and how many
 * failed.
 */
#define _GNU_SOURCE
#include "meter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct calls {
	const char *plugin, *config, *id, *netns;
	int gate; /* a pipe whose other end opens the gate by being closed */
};

_Noreturn static void call(const struct calls *calls, int n)
{
	char value[512], opened;
	int config = open(calls->config, O_RDONLY), nothing = open("/dev/null", O_WRONLY);

	if (config < 0 || nothing < 0)
		die(calls->config);
	dup2(config, STDIN_FILENO);
	dup2(nothing, STDOUT_FILENO);
	snprintf(value, sizeof(value), "%s%d", calls->id, n);
	setenv("CNI_CONTAINERID", value, 1);
	snprintf(value, sizeof(value), "%s%d", calls->netns, n);
	setenv("CNI_NETNS", value, 1);
	if (calls->gate >= 0 && read(calls->gate, &opened, 1) < 0)
		die("gate");
	execl(calls->plugin, calls->plugin, (char *)NULL);
	die(calls->plugin);
}

static pid_t start(const struct calls *calls, int n, int other_end)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		if (other_end >= 0)
			close(other_end);
		call(calls, n);
	}
	return pid;
}

static int ended(uint64_t *took, uint64_t started)
{
	int status;

	if (wait(&status) < 0)
		die("wait");
	*took = now_ns() - started;
	return !WIFEXITED(status) || WEXITSTATUS(status);
}

int burst(int argc, char **argv)
{
	int together, n, failed = 0, gate[2] = { -1, -1 };
	struct calls calls = { .gate = -1 };
	uint64_t *took, started;

	if (argc != 6)
		return 2;
	together = !strcmp(argv[0], "together");
	n = atoi(argv[1]);
	calls.plugin = argv[2];
	calls.config = argv[3];
	calls.id = argv[4];
	calls.netns = argv[5];
	took = calloc((size_t)n + 1, sizeof(*took));
	if (!took || n < 1 || (together && pipe2(gate, O_CLOEXEC)))
		die("start");
	calls.gate = gate[0];

	if (together) {
		for (int i = 0; i < n; i++)
			start(&calls, i, gate[1]);
		usleep(200000); /* until all of them stand at the gate */
	}
	started = now_ns();
	close(gate[1]);
	for (int i = 0; i < n; i++) {
		if (!together) {
			started = now_ns();
			start(&calls, i, -1);
		}
		failed += ended(&took[i], started);
	}
	if (failed)
		fprintf(stderr, "meter: %d of %d calls failed\n", failed, n);
	report(took, (size_t)n);
	return failed > 0;
}
