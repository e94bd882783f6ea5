/* SPDX-License-Identifier: Apache-2.0 */
/* Deletions that the agent could not be told: it finishes them when it starts, and before it adds the same pod again. */
#pragma once
#include "buffer.h"

/*
 * Writes `request` to <directory>/<container>:<ifname>.json, replacing an earlier one, so that it survives a power loss
 * (file and directory are fsynced). ':' can be in neither name. Returns 0, or -1 with the reason in `why`.
 */
int journal_write(const char *directory, const char *container, const char *ifname, const struct buffer *request,
		  struct buffer *why);
