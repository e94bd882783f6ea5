/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* New translated flows: backend choice, masquerade, and the port they claim. */
#ifndef STRAUM_LIB_TRANSLATE_H
#define STRAUM_LIB_TRANSLATE_H

#include "conntrack.h"
#include "former.h"
#include "node.h"
#include "scratch.h"
#include "service.h"

/*
 * Random probing: with half of the range in use towards one destination, all
 * attempts fail once in 65,536 tries. Attempts are per destination address
 * and port, so the range is not shared between destinations.
 */
#define PORT_ATTEMPTS 16

/* Whether a flow has these ends on the wire. `key` is room to work in. */
INLINE bool is_claimed(const struct flow_tuple *wire, struct flow_tuple *key)
{
	bool reply;

	if (ct_lookup(wire, &reply))
		return true;
	return has_former && is_claimed_by_former(wire, key);
}

/*
 * Settles the source port of `t->to`: the one that the flow has, unless it must
 * be one of the node's range or another flow has it.
 *
 * It only looks; the insertion that follows claims. Two flows that are given one
 * port for one destination in the same moment cost one of them its packet.
 * Looking keeps the loop small: what is in it is verified PORT_ATTEMPTS times
 * for every state in which a packet can come here.
 */
INLINE bool find_port(const struct packet *pkt, const struct node_config *node, struct translation *t,
		      struct flow_tuple *key)
{
	bool echo = pkt->tuple.proto == IPPROTO_ICMP || pkt->tuple.proto == IPPROTO_ICMPV6;
	__u32 range = (__u32)node->snat_port_max - node->snat_port_min + 1;
	__u32 start = bpf_get_prandom_u32();

	if (!t->new_port || !has_port(pkt)) {
		if (!is_claimed(&t->to, key))
			return true;
		if (!has_port(pkt))
			return false;
	}
	for (int i = 0; i < PORT_ATTEMPTS; i++) {
		t->to.sport = bpf_htons(node->snat_port_min + (start + i * 7919) % range);
		if (echo)
			t->to.dport = t->to.sport;
		if (!is_claimed(&t->to, key))
			return true;
	}
	return false;
}

/*
 * Enters the packet's flow as a new translated one and settles its source port
 * in `t->to`. The wire half goes in first and only if absent: that is what
 * claims the port. Returns a drop reason.
 */
INLINE int translate(const struct packet *pkt, const struct node_config *node, struct scratch *memory)
{
	struct translation *t = &memory->translation;
	struct ct_entry *entry = &memory->entry;
	const struct flow_tuple *from = &pkt->tuple;
	struct ct_entry *other;
	bool reply;
	long err;

	if (!find_port(pkt, node, t, &entry->peer))
		return DROP_SNAT_EXHAUSTED;
	__builtin_memset(entry, 0, sizeof(*entry));
	entry->service = t->service;
	entry->backend = t->backend;
	entry->backend_generation = t->backend_generation;
	entry->peer = *from;
	entry->flags = CT_TRANSLATED | CT_WIRE;
	err = ct_insert(&t->to, entry);
	if (err) {
		if (err != -EEXIST)
			return DROP_CT_FULL;
		/* Another CPU, with this flow's other first packet, made the same choice:
		 * a resolver sends A and AAAA from one socket at once. */
		other = ct_lookup(&t->to, &reply);
		return other && tuple_equal(&other->peer, from) ? DROP_NONE : DROP_SNAT_EXHAUSTED;
	}

	entry->peer = t->to;
	entry->flags = CT_TRANSLATED;
	if (!ct_insert(from, entry)) {
		if (t->new_port)
			COUNT(masqueraded);
		return DROP_NONE;
	}

	/* Another CPU entered the same flow first: its choice holds. */
	ct_delete(&t->to);
	other = ct_lookup(from, &reply);
	if (!other || !(other->flags & CT_TRANSLATED))
		return DROP_CT_FULL;
	t->to = other->peer;
	return DROP_NONE;
}

#endif
