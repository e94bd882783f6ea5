/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* New translated flows: backend choice, masquerade, and the port they claim. */
#ifndef STRAUM_LIB_TRANSLATE_H
#define STRAUM_LIB_TRANSLATE_H

#include "conntrack.h"
#include "node.h"
#include "scratch.h"
#include "service.h"

/*
 * Random probing: with half of the range in use towards one destination, all
 * attempts fail once in 65,536 tries. Attempts are per destination address
 * and port, so the range is not shared between destinations.
 */
#define PORT_ATTEMPTS 16

/* What identifies a flow of this packet's kind, and may be chosen for it. */
INLINE bool has_port(const struct packet *pkt)
{
	bool v4 = pkt->flags & PKT_V4;

	return pkt->tuple.proto == IPPROTO_TCP || pkt->tuple.proto == IPPROTO_UDP ||
	       (is_icmp(v4, pkt->tuple.proto) && icmp_is_echo(v4, pkt->icmp_type));
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
	bool echo = from->proto == IPPROTO_ICMP || from->proto == IPPROTO_ICMPV6;
	bool choose = has_port(pkt);
	__u32 range = (__u32)node->snat_port_max - node->snat_port_min + 1;
	__u32 start = bpf_get_prandom_u32();
	struct ct_entry *other;
	bool reply;
	long err;

	entry->service = t->service;
	entry->backend = t->backend;
	entry->backend_generation = t->backend_generation;
	for (int i = 0; i < PORT_ATTEMPTS; i++) {
		if (choose && (t->new_port || i)) {
			t->to.sport = bpf_htons(node->snat_port_min + (start + i * 7919) % range);
			if (echo)
				t->to.dport = t->to.sport;
		}
		entry->peer = *from;
		entry->flags = CT_TRANSLATED | CT_WIRE;
		err = ct_insert(&t->to, entry);
		if (err == -EEXIST && choose)
			continue;
		if (err)
			return err == -EEXIST ? DROP_SNAT_EXHAUSTED : DROP_CT_FULL;

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
	return DROP_SNAT_EXHAUSTED;
}

#endif
