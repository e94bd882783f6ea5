/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef STRAUM_ABI_CONNTRACK_H
#define STRAUM_ABI_CONNTRACK_H

#include "addr.h"

/*
 * conntrack: HASH, key = struct flow_tuple in canonical order (the smaller of the
 * two ends is the source), so that both directions of a flow find one entry.
 *
 * A flow that is translated is two tuples on the wire and has one entry for
 * each; either names the other (`peer`, initiator first). The translated one
 * claims its port by being inserted first and only if absent.
 */
struct ct_entry {
	struct flow_tuple peer;	/* all zero: not translated */
	__u64 seen_ns;		/* CLOCK_MONOTONIC, refreshed about once a second */
	__u32 service;		/* svc_entry.id, 0 for none */
	__u32 backend;		/* index in backends, 0 for none */
	__u32 backend_generation;
	__u8 flags;		/* enum ct_flags */
	__u8 state;		/* enum ct_state; a half's own, that of the flow is both halves' */
	__u8 pad[2];
};

enum ct_flags {
	CT_NONE = 0,
	CT_INITIATOR_IS_DST = 1,/* the initiator is the canonical tuple's destination */
	CT_TRANSLATED = 2,	/* has a peer */
	CT_WIRE = 4,		/* the half that claims the translated tuple */
};

enum ct_state {
	CT_STATE_NONE = 0,
	CT_REPLIED = 1,		/* the responder was heard */
	CT_FIN_INITIATOR = 2,
	CT_FIN_RESPONDER = 4,
	CT_RST = 8,
};

/* fragments: LRU_HASH. The ports of a datagram whose first fragment was seen. */
struct fragment_key {
	struct addr src;
	struct addr dst;
	__be32 id;
	__u8 proto;		/* 0 for IPv6, where it is not part of the name (RFC 8200 4.5) */
	__u8 pad[3];
};

struct fragment_entry {
	__be16 sport;
	__be16 dport;
	__u8 proto;		/* that the first fragment has behind all its headers */
	__u8 pad[3];
};

/* What the sweep program is told and what it answers (its context). */
struct STRAUM_ABI sweep_request {
	__u64 now_ns;		/* 0: the kernel's own clock */
	__u32 examined;		/* out */
	__u32 deleted;		/* out */
};

_Static_assert(sizeof(struct ct_entry) == 64, "abi");
_Static_assert(sizeof(struct fragment_key) == 40, "abi");
_Static_assert(sizeof(struct fragment_entry) == 8, "abi");

struct STRAUM_ABI ct_names {
	enum ct_flags flags;
	enum ct_state state;
};

#endif
