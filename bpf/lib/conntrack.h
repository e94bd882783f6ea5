/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The flow table: never the kernel's nf_conntrack. Layout: abi/conntrack.h. */
#ifndef STRAUM_LIB_CONNTRACK_H
#define STRAUM_LIB_CONNTRACK_H

#include "../abi/conntrack.h"
#include "addr.h"
#include "base.h"
#include "drop.h"
#include "packet.h"

#define SECOND_NS 1000000000ULL

/* bpf_ktime_get_coarse_ns exists from Linux 5.11. */
const volatile bool has_coarse_clock = false;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 262144);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct flow_tuple);
	__type(value, struct ct_entry);
} conntrack SEC(".maps");

/* CLOCK_MONOTONIC as of the last tick, which does for what is counted in seconds: the exact one costs as much as a lookup. */
INLINE __u64 ct_now(void)
{
	return has_coarse_clock ? bpf_ktime_get_coarse_ns() : bpf_ktime_get_ns();
}

/* Finds the flow of `tuple`; `reply` says that the packet comes from its responder. */
INLINE struct ct_entry *ct_lookup(const struct flow_tuple *tuple, bool *reply)
{
	struct flow_tuple key;
	bool swapped = tuple_canonical(tuple, &key);
	struct ct_entry *entry = bpf_map_lookup_elem(&conntrack, &key);

	if (entry)
		*reply = swapped != !!(entry->flags & CT_INITIATOR_IS_DST);
	return entry;
}

/*
 * As ct_lookup, for a packet as its sender made it. What a wire half names as
 * its initiator's only a translation sends. A sender's own packet with these
 * ends is of another flow, which goes straight to where the translated one was
 * sent: it is entered beside it, as its shadow, and leaves by another port.
 * Marks `tuple` if it is, or would be, such a flow.
 */
INLINE struct ct_entry *ct_lookup_sent(struct flow_tuple *tuple, bool *reply)
{
	struct ct_entry *entry = ct_lookup(tuple, reply);
	bool taken = entry && (entry->flags & CT_WIRE) && !*reply;

	if (entry && !taken)
		return entry;
	/* A shadow stays what it is when the other flow is gone. */
	tuple->shadow = 1;
	entry = ct_lookup(tuple, reply);
	if (entry && !*reply)
		return entry;
	tuple->shadow = taken;
	return NULL;
}

INLINE void ct_delete(const struct flow_tuple *tuple)
{
	struct flow_tuple key;

	tuple_canonical(tuple, &key);
	bpf_map_delete_elem(&conntrack, &key);
}

/* Both halves of a translated flow, the one entry of a plain one. */
INLINE void ct_forget(const struct flow_tuple *tuple, const struct ct_entry *entry)
{
	if (entry->flags & CT_TRANSLATED)
		ct_delete(&entry->peer);
	ct_delete(tuple);
}

/* The other half of a translated flow, if there is one. */
INLINE struct ct_entry *ct_other_half(const struct ct_entry *entry)
{
	struct flow_tuple key;

	tuple_canonical(&entry->peer, &key);
	return bpf_map_lookup_elem(&conntrack, &key);
}

/* What the flow has been through: each half of a translated one sees one direction. */
INLINE __u8 ct_flow_state(const struct ct_entry *entry)
{
	struct ct_entry *other;

	if (!(entry->flags & CT_TRANSLATED))
		return entry->state;
	other = ct_other_half(entry);
	return entry->state | (other ? other->state : 0);
}

/* A SYN of the initiator after the end of a connection starts another one. */
INLINE bool ct_is_over(const struct ct_entry *entry, const struct packet *pkt, bool reply)
{
	const __u8 closed = CT_FIN_INITIATOR | CT_FIN_RESPONDER;
	__u8 state;

	if (!(pkt->flags & PKT_SYN) || reply)
		return false;
	state = ct_flow_state(entry);
	return (state & CT_RST) || (state & closed) == closed;
}

/*
 * Writes only what changes, and the time at most once a second, so that the
 * CPUs of one busy flow do not fight over its cache line. A lost race costs
 * one state bit that the next packet sets again. No packet keeps a half alive
 * that has lost its other: the sweep takes it a second later.
 */
INLINE void ct_touch(struct ct_entry *entry, const struct packet *pkt, bool reply)
{
	__u64 now = ct_now();
	__u8 state = entry->state;

	if (reply)
		state |= CT_REPLIED;
	if (pkt->flags & PKT_FIN)
		state |= reply ? CT_FIN_RESPONDER : CT_FIN_INITIATOR;
	if (pkt->flags & PKT_RST)
		state |= CT_RST;
	if (state != entry->state)
		entry->state = state;
	if (now - entry->seen_ns > SECOND_NS && (!(entry->flags & CT_TRANSLATED) || ct_other_half(entry)))
		entry->seen_ns = now;
}

/* Inserts one entry; `tuple` is the initiator's. Returns the kernel's error. */
INLINE long ct_insert(const struct flow_tuple *tuple, struct ct_entry *entry)
{
	struct flow_tuple key;
	long err;

	entry->flags &= ~CT_INITIATOR_IS_DST;
	if (tuple_canonical(tuple, &key))
		entry->flags |= CT_INITIATOR_IS_DST;
	entry->seen_ns = ct_now();
	err = bpf_map_update_elem(&conntrack, &key, entry, BPF_NOEXIST);
	if (!err)
		COUNT(ct_created);
	return err;
}

/* A flow that is not translated goes on without an entry when the table is full. */
INLINE void ct_create_plain(const struct flow_tuple *tuple)
{
	struct ct_entry entry = {};

	if (ct_insert(tuple, &entry))
		COUNT(ct_insert_failed);
}

#endif
