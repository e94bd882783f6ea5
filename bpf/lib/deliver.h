/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Packets from other nodes and from outside, however they came here. */
#ifndef STRAUM_LIB_DELIVER_H
#define STRAUM_LIB_DELIVER_H

#include "conntrack.h"
#include "former.h"
#include "icmp.h"
#include "node.h"
#include "rewrite.h"
#include "route.h"
#include "scratch.h"

/*
 * Enters the packet's flow, or gives the packet of a known one the addresses
 * that its receiver expects. Of a translated flow the network knows the wire
 * side, and carries its replies; what else has such a tuple is forged, and
 * stays what it is.
 */
INLINE int track_incoming(struct __sk_buff *skb, struct scratch *memory, enum former former, bool for_pod)
{
	struct packet *pkt = &memory->packet;
	struct ct_entry *entry;
	bool reply = false;

	entry = ct_lookup(&pkt->tuple, &reply);
	if (entry && ct_is_over(entry, pkt, reply)) {
		ct_forget(&pkt->tuple, entry);
		entry = NULL;
	}
	if (!entry) {
		if (has_former && is_former_flow(&pkt->tuple, &memory->translation.to))
			go_former(skb, former);
		if (for_pod)
			ct_create_plain(&pkt->tuple);
		return DROP_NONE;
	}
	ct_touch(entry, pkt, reply);
	if (!reply || !(entry->flags & CT_WIRE))
		return DROP_NONE;
	memory->translation.to = tuple_reverse(&entry->peer);
	return rewrite(skb, pkt, &memory->translation.to);
}

/*
 * Gives a pod what is addressed to it, or to the node on its behalf: replies
 * to masqueraded flows and to Services. Anything else is the host's.
 */
INLINE int deliver(struct __sk_buff *skb, enum place place, enum former former)
{
	struct node_config *node = node_config();
	struct scratch *memory = scratch_memory();
	struct pod_entry *pod;
	struct packet *pkt;
	int reason = DROP_NONE, parsed;

	if (!node || !memory)
		return to_stack();
	pkt = &memory->packet;
	parsed = parse_packet(skb, pkt);
	pod = pod_lookup(&pkt->tuple.dst);
	if (!pod && (parsed || !is_node_address(node, &pkt->tuple.dst)))
		return to_stack();
	if (parsed)
		return drop(skb, place, parsed);

	if (pkt->flags & PKT_ICMP_ERROR)
		reason = translate_icmp_error_or_leave(skb, pkt, former);
	else if (!(pkt->flags & PKT_NO_PORTS))
		reason = track_incoming(skb, memory, former, pod);
	if (reason)
		return drop(skb, place, reason);

	/* A translation leads from the node's address to a pod's, and from no pod to another. */
	if (!pod)
		pod = pod_lookup(&pkt->tuple.dst);
	if (!pod || pkt->ttl <= 1)
		return to_stack();
	reason = decrement_ttl(skb, pkt);
	if (reason)
		return drop(skb, place, reason);
	return to_pod(skb, place, pod);
}

#endif
