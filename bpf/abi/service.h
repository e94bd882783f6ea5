/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef STRAUM_ABI_SERVICE_H
#define STRAUM_ABI_SERVICE_H

#include "addr.h"

/* svc: HASH svc_key -> svc_entry. One entry per address, port and protocol. */
struct svc_key {
	struct addr vip;
	__be16 port;
	__u8 proto;
	__u8 scope;		/* enum svc_scope */
};

/*
 * service_addresses: HASH struct addr -> __u32, always 1. Every ClusterIP. What is sent
 * to one and is for none of its ports has nowhere to go.
 */

enum svc_scope {
	SVC_SCOPE_CLUSTER = 0,	/* seen from pods and the host itself */
	SVC_SCOPE_EXTERNAL = 1,	/* seen from outside: external traffic policy */
};

/*
 * The backends of a Service are slots[base] .. slots[base + count - 1]. A range
 * is immutable while an entry names it: a changed Service gets a fresh range,
 * and this entry, written last, publishes it in one step.
 */
struct svc_entry {
	__u32 base;
	__u32 count;
	__u32 id;		/* never 0 */
	__u32 flags;		/* enum svc_flags */
};

enum svc_flags {
	SVC_NONE = 0,
	SVC_AFFINITY = 1,	/* ClientIP */
	SVC_SILENT = 2,		/* without backends here, another node may answer: drop, do not refuse */
};

/* slots: ARRAY of __u32 backend ids, memory-mapped. */
/* backends: ARRAY, memory-mapped, indexed by backend id. Id 0 is never used. */
struct backend {
	struct addr address;
	__be16 port;
	__u8 proto;
	__u8 flags;		/* enum backend_flags */
	__u32 generation;	/* moves when the id is given to another backend */
};

enum backend_flags {
	BACKEND_FREE = 0,
	BACKEND_USABLE = 1,
};

/* sockets: LRU_HASH. Which Service a socket's peer stands for. */
struct socket_key {
	__u64 cookie;
	struct addr peer;	/* the backend */
	__be16 port;
	__u8 proto;
	__u8 pad[5];
};

struct socket_entry {
	struct addr vip;
	__be16 port;
	__u8 pad[2];
	__u32 service;
};

_Static_assert(sizeof(struct svc_key) == 20, "abi");
_Static_assert(sizeof(struct svc_entry) == 16, "abi");
_Static_assert(sizeof(struct backend) == 24, "abi");
_Static_assert(sizeof(struct socket_key) == 32, "abi");
_Static_assert(sizeof(struct socket_entry) == 24, "abi");

/* So that the enums reach the generated C#. */
struct STRAUM_ABI service_names {
	enum svc_scope scope;
	enum svc_flags flags;
	enum backend_flags backend;
};

#endif
