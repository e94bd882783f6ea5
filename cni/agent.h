/* SPDX-License-Identifier: Apache-2.0 */
/* One HTTP/1.1 exchange with the agent over its Unix socket. */
#pragma once
#include "buffer.h"

struct reply {
	struct buffer body;
	int exit_code; /* of the header X-Cni-Exit */
};

/*
 * Posts `request` to /cni and reads the whole answer. A socket that is absent, or that nobody listens on, is tried again
 * until `connect_until`; everything ends at `deadline` (both on the clock of now_ms). Returns 0, or -1 with the reason in
 * `why`; the agent may then have done all, some or none of what was asked.
 */
int agent_post(const char *socket_path, const struct buffer *request, int64_t connect_until, int64_t deadline,
	       struct reply *reply, struct buffer *why);
