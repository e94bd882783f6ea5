/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where a pod's packet goes, by its final destination, and sending it there. */
#ifndef STRAUM_LIB_DESTINATION_H
#define STRAUM_LIB_DESTINATION_H

#include "node.h"
#include "rewrite.h"
#include "route.h"
#include "scratch.h"

/*
 * The tables' entries are copied, not pointed at: a pointer that may be NULL is
 * a state of its own to the verifier, and doubles everything that follows.
 */
INLINE void find_destination(const struct addr *address, struct destination *destination)
{
	struct pod_entry *pod = pod_lookup(address);
	struct peer_entry *peer;

	destination->world = false;
	if (pod) {
		destination->way = WAY_POD;
		destination->pod = *pod;
		return;
	}
	destination->way = WAY_NETWORK;
	peer = peer_lookup(address);
	if (!peer || peer->kind == PEER_WORLD) {
		destination->world = true;
	} else if (peer->kind == PEER_LOCAL_NODE) {
		destination->way = WAY_STACK;
	} else if (!addr_is_unset(&peer->tunnel)) {
		destination->way = WAY_TUNNEL;
		destination->tunnel = peer->tunnel;
	}
}

/*
 * Asks the routing table about a way by the network. Returns false, and changes
 * nothing, if it has no simple answer: then the stack must see the packet.
 */
INLINE bool find_route(struct __sk_buff *skb, const struct packet *pkt, const struct flow_tuple *to,
		       struct scratch *memory)
{
	long found = fib_lookup(skb, pkt, to, &memory->fib);

	memory->destination.neighbour_known = found == BPF_FIB_LKUP_RET_SUCCESS;
	return found == BPF_FIB_LKUP_RET_SUCCESS || found == BPF_FIB_LKUP_RET_NO_NEIGH;
}

/* Sends the packet, whose tuple becomes `to`, on its way. */
INLINE int forward(struct __sk_buff *skb, enum place place, struct packet *pkt, const struct flow_tuple *to,
		   const struct node_config *node, struct scratch *memory)
{
	const struct destination *destination = &memory->destination;
	int reason = DROP_NONE;

	if (!tuple_equal(&pkt->tuple, to))
		reason = rewrite(skb, pkt, to);
	if (reason)
		return drop(skb, place, reason);
	if (destination->way == WAY_STACK)
		return to_stack();
	reason = decrement_ttl(skb, pkt);
	if (reason)
		return drop(skb, place, reason);

	if (destination->way == WAY_POD)
		return to_pod(skb, place, &destination->pod);
	if (destination->way == WAY_TUNNEL) {
		reason = set_tunnel(skb, &destination->tunnel, node);
		if (reason)
			return drop(skb, place, reason);
		return bpf_redirect(node->overlay_ifindex, 0);
	}
	return to_network(skb, place, &memory->fib, destination->neighbour_known);
}

#endif
