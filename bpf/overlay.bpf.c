// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The one flow-based VXLAN device: packets out of the tunnel, and the host's own into it. */
#include "lib/base.h"
#include "lib/deliver.h"

SEC("tc")
int overlay_in(struct __sk_buff *skb)
{
	struct node_config *node = node_config();
	struct bpf_tunnel_key key = {};

	if (!is_ip(skb))
		return drop(skb, PLACE_OVERLAY_IN, DROP_UNSUPPORTED_L3);
	/* The device takes every network's. */
	if (node && get_tunnel(skb, &key) && key.tunnel_id != node->vni)
		return drop(skb, PLACE_OVERLAY_IN, DROP_VNI);
	/* The inner MACs mean nothing here; the host's stack looks at them. */
	if (skb->pkt_type != 0)
		bpf_skb_change_type(skb, 0);
	return deliver(skb, PLACE_OVERLAY_IN, FORMER_OVERLAY_IN);
}

SEC("tc")
int overlay_out(struct __sk_buff *skb)
{
	struct packet pkt = { .l3 = ETH_HLEN };
	struct node_config *node = node_config();
	struct bpf_tunnel_key key = {};
	struct peer_entry *peer;
	int reason;

	if (!is_ip(skb) || !node)
		return drop(skb, PLACE_OVERLAY_OUT, DROP_UNSUPPORTED_L3);
	/* pod_out has set the key already. */
	if (get_tunnel(skb, &key))
		return TC_ACT_OK;
	reason = parse_packet(skb, &pkt);
	if (reason)
		return drop(skb, PLACE_OVERLAY_OUT, reason);
	if (addr_is_multicast(&pkt.tuple.dst) && is_for_router(&pkt)) {
		COUNT(for_routers);
		return TC_ACT_SHOT;
	}
	peer = peer_lookup(&pkt.tuple.dst);
	if (!peer || addr_is_unset(&peer->tunnel))
		return drop(skb, PLACE_OVERLAY_OUT, DROP_NO_ROUTE);
	reason = set_tunnel(skb, &peer->tunnel, node);
	return reason ? drop(skb, PLACE_OVERLAY_OUT, reason) : TC_ACT_OK;
}
