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

INLINE int deliver_to_pod(struct __sk_buff *skb, enum place place, struct packet *pkt)
{
	struct pod_entry *pod = pod_lookup(&pkt->tuple.dst);
	int reason;

	if (!pod)
		return to_stack();
	if (pkt->ttl <= 1)
		return to_stack();
	reason = decrement_ttl(skb, pkt);
	if (reason)
		return drop(skb, place, reason);
	return to_pod(skb, place, pod);
}

/*
 * Gives a pod what is addressed to it, or to the node on its behalf: replies
 * to masqueraded flows and to Services. Anything else is the host's.
 */
INLINE int deliver(struct __sk_buff *skb, enum place place, enum former former)
{
	struct packet pkt = { .l3 = ETH_HLEN };
	struct node_config *node = node_config();
	struct ct_entry *entry;
	struct flow_tuple to;
	bool reply = false, known = false, for_pod, for_node;
	int reason;

	reason = parse_packet(skb, &pkt);
	for_pod = pod_lookup(&pkt.tuple.dst);
	for_node = node && is_node_address(node, &pkt.tuple.dst);
	if (!for_pod && (!for_node || reason))
		return to_stack();
	if (reason)
		return drop(skb, place, reason);

	if (pkt.flags & PKT_ICMP_ERROR) {
		reason = translate_icmp_error(skb, &pkt, &known);
		if (reason)
			return drop(skb, place, reason);
		if (!known)
			go_former(skb, former);
		return deliver_to_pod(skb, place, &pkt);
	}
	if (pkt.flags & PKT_NO_PORTS)
		return deliver_to_pod(skb, place, &pkt);

	entry = ct_lookup(&pkt.tuple, &reply);
	if (entry && ct_is_over(entry, &pkt, reply)) {
		ct_forget(&pkt.tuple, entry);
		entry = NULL;
	}
	if (!entry) {
		go_former(skb, former);
		if (for_node)
			return to_stack();
		ct_create_plain(&pkt.tuple);
		return deliver_to_pod(skb, place, &pkt);
	}
	ct_touch(entry, &pkt, reply);
	if (entry->flags & CT_TRANSLATED) {
		to = entry->peer;
		if (reply)
			to = tuple_reverse(&to);
		reason = rewrite(skb, &pkt, &to);
		if (reason)
			return drop(skb, place, reason);
	}
	return deliver_to_pod(skb, place, &pkt);
}

#endif
