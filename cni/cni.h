/* SPDX-License-Identifier: Apache-2.0 */
/* What the CNI specification 1.1.0 fixes: error codes, and how an error is reported. */
#pragma once
#include "buffer.h"

enum cni_code {
	CNI_BAD_ENVIRONMENT = 4,
	CNI_IO = 5,
	CNI_UNDECODABLE = 6,
	CNI_BAD_CONFIG = 7,
	CNI_TRY_AGAIN = 11,
	CNI_NOT_AVAILABLE = 50,
};

/* One call of the plugin: the environment and the network configuration of stdin. */
struct call {
	const char *command, *container, *netns, *ifname, *args, *path;
	struct buffer config;
	char *version, *name, *socket, *journal; /* of the configuration; NULL where it is silent */
	int64_t timeout_ms;                      /* of the configuration; < 0 where it is silent */
};

/* The version that errors are reported in; the configuration's once it is known. */
extern const char *error_version;

/* Prints the error object on stdout and ends with exit code 1. */
_Noreturn void fail(enum cni_code code, const char *message, const char *details);
