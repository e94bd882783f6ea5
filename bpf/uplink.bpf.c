// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The node's network devices. uplink_in takes packets for pods straight to
 * them. uplink_out is the safety net of masquerading: what a pod sent through
 * the host's stack (fragmented there, for example) must not leave the cluster
 * with the pod's address.
 */
#include "lib/base.h"
#include "lib/deliver.h"
#include "lib/translate.h"

SEC("tc")
int uplink_in(struct __sk_buff *skb)
{
	if (!is_ip(skb))
		return TC_ACT_OK;
	return deliver(skb, PLACE_UPLINK_IN, FORMER_UPLINK_IN);
}

INLINE int masquerade(struct __sk_buff *skb, const struct node_config *node, struct scratch *memory)
{
	struct packet *pkt = &memory->packet;
	struct translation *t = &memory->translation;
	struct ct_entry *entry;
	bool reply = false;
	int reason;

	if (pkt->flags & PKT_NO_PORTS)
		return drop(skb, PLACE_UPLINK_OUT, DROP_FRAGMENT);
	*t = (struct translation){ .to = pkt->tuple, .new_port = true };
	entry = ct_lookup_sent(&pkt->tuple, &reply);
	if (entry && (entry->flags & CT_TRANSLATED)) {
		ct_touch(entry, pkt, reply);
		t->to = entry->peer;
		if (reply)
			t->to = tuple_reverse(&t->to);
	} else if (entry && reply) {
		ct_touch(entry, pkt, reply);
		return TC_ACT_OK;
	} else {
		if (entry)
			ct_delete(&pkt->tuple);
		else if (has_former && is_former_flow(&pkt->tuple, &memory->entry.peer))
			go_former(skb, FORMER_UPLINK_OUT);
		t->to.src = pkt->flags & PKT_V4 ? node->node4 : node->node6;
		if (addr_is_unset(&t->to.src))
			return drop(skb, PLACE_UPLINK_OUT, DROP_NO_NODE_ADDRESS);
		reason = translate(pkt, node, memory);
		if (reason)
			return drop(skb, PLACE_UPLINK_OUT, reason);
	}
	reason = rewrite(skb, pkt, &t->to);
	return reason ? drop(skb, PLACE_UPLINK_OUT, reason) : TC_ACT_OK;
}

SEC("tc")
int uplink_out(struct __sk_buff *skb)
{
	struct node_config *node = node_config();
	struct scratch *memory;
	struct packet *pkt;
	struct peer_entry *peer;
	int reason;

	if (skb->mark == MARK_DONE || !is_ip(skb) || !node || !(node->flags & NODE_MASQUERADE))
		return TC_ACT_OK;
	memory = scratch_memory();
	if (!memory)
		return TC_ACT_OK;
	pkt = &memory->packet;
	if (parse_packet(skb, pkt))
		return TC_ACT_OK;	/* the host's own packet: none of our business */
	if (pkt->flags & PKT_ICMP_ERROR) {
		/* The stack answers translated packets too: see deliver. */
		reason = translate_icmp_error_or_leave(skb, pkt, FORMER_UPLINK_OUT);
		return reason ? drop(skb, PLACE_UPLINK_OUT, reason) : TC_ACT_OK;
	}
	if (!pod_lookup(&pkt->tuple.src))
		return TC_ACT_OK;
	peer = peer_lookup(&pkt->tuple.dst);
	if (peer && peer->kind != PEER_WORLD)
		return TC_ACT_OK;
	return masquerade(skb, node, memory);
}
