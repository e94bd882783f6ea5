// SPDX-License-Identifier: Apache-2.0
#include "probe.h"

#include "agent.h"

#include <stdio.h>
#include <string.h>

#define PROBE_TIMEOUT_MS 2000

static const char status[] =
	"{\"command\":\"STATUS\",\"containerId\":\"\",\"netns\":\"\",\"ifName\":\"\",\"args\":\"\",\"path\":\"\","
	"\"config\":{\"cniVersion\":\"1.1.0\",\"name\":\"probe\",\"type\":\"straum-cni\"}}";

int probe(int argc, char **argv)
{
	struct buffer request = {}, why = {};
	struct reply reply = {};
	int64_t now = now_ms();

	if (argc != 3 || (strcmp(argv[1], "--live") && strcmp(argv[1], "--ready"))) {
		fputs("straum-cni: called by container runtimes with CNI_COMMAND, or as: straum-cni --live|--ready SOCKET\n", stderr);
		return 2;
	}
	buffer_text(&request, status);
	if (agent_post(argv[2], &request, now, now + PROBE_TIMEOUT_MS, &reply, &why)) {
		fprintf(stderr, "straum-cni: the agent does not answer: %.*s\n", (int)why.length, why.data);
		return 1;
	}
	if (reply.exit_code && !strcmp(argv[1], "--ready")) {
		fprintf(stderr, "straum-cni: the node cannot take pods: %.*s\n", (int)reply.body.length, reply.body.data);
		return 1;
	}
	return 0;
}
