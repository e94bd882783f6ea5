/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The ways out: into a pod, to the network, through the tunnel, up the stack. */
#ifndef STRAUM_LIB_ROUTE_H
#define STRAUM_LIB_ROUTE_H

#include "node.h"
#include "packet.h"
#include "rewrite.h"

INLINE int to_stack(void)
{
	COUNT(to_stack);
	return TC_ACT_OK;
}

INLINE int to_pod(struct __sk_buff *skb, enum place place, const struct pod_entry *pod)
{
	int reason = set_macs(skb, pod->pod_mac, pod->host_mac);

	if (reason)
		return drop(skb, place, reason);
	COUNT(to_pod);
	return bpf_redirect_peer(pod->ifindex, 0);
}

/* As far as every kernel since 5.10 knows it: later ones have more, and take this. */
#define TUNNEL_KEY_SIZE offsetof(struct bpf_tunnel_key, local_ipv6)

/* The key of a packet that has come out of the tunnel, or is bound for it. False if it has none. */
INLINE bool get_tunnel(struct __sk_buff *skb, struct bpf_tunnel_key *key)
{
	/* The kernel asks which family the tunnel is of (EPROTO), and does not tell. */
	return !bpf_skb_get_tunnel_key(skb, key, TUNNEL_KEY_SIZE, 0) ||
	       !bpf_skb_get_tunnel_key(skb, key, TUNNEL_KEY_SIZE, BPF_F_TUNINFO_IPV6);
}

/* Makes the packet one for the tunnel to `node_address`. Returns a drop reason. */
INLINE int set_tunnel(struct __sk_buff *skb, const struct addr *node_address, const struct node_config *node)
{
	struct bpf_tunnel_key key = { .tunnel_id = node->vni, .tunnel_ttl = 64 };
	__u64 flags = BPF_F_ZERO_CSUM_TX;

	if (addr_is_v4(node_address)) {
		key.remote_ipv4 = bpf_ntohl(node_address->w[3]);
	} else {
		__builtin_memcpy(key.remote_ipv6, node_address, sizeof(*node_address));
		flags = BPF_F_TUNINFO_IPV6;
	}
	if (bpf_skb_set_tunnel_key(skb, &key, TUNNEL_KEY_SIZE, flags))
		return DROP_TUNNEL;
	COUNT(to_overlay);
	return DROP_NONE;
}

/*
 * Asks the host's routing table. Done before anything is rewritten: what the
 * stack must see (a packet that does not fit, a local address, a destination
 * without route) goes up untouched, and the stack answers it with ICMP.
 */
INLINE long fib_lookup(struct __sk_buff *skb, const struct packet *pkt, const struct flow_tuple *to,
		       struct bpf_fib_lookup *fib)
{
	__builtin_memset(fib, 0, sizeof(*fib));
	fib->ifindex = skb->ifindex;
	fib->l4_protocol = pkt->tuple.proto;
	if (pkt->flags & PKT_V4) {
		fib->family = AF_INET;
		fib->ipv4_src = to->src.w[3];
		fib->ipv4_dst = to->dst.w[3];
	} else {
		fib->family = AF_INET6;
		__builtin_memcpy(fib->ipv6_src, &to->src, sizeof(to->src));
		__builtin_memcpy(fib->ipv6_dst, &to->dst, sizeof(to->dst));
	}
	return bpf_fib_lookup(skb, fib, sizeof(*fib), 0);
}

/* Sends by what fib_lookup found; the kernel resolves a missing neighbour itself. */
INLINE int to_network(struct __sk_buff *skb, enum place place, const struct bpf_fib_lookup *fib,
		      bool neighbour_known)
{
	struct bpf_redir_neigh next = { .nh_family = fib->family };

	skb->mark = MARK_DONE;
	COUNT(to_network);
	if (neighbour_known) {
		int reason = set_macs(skb, fib->dmac, fib->smac);

		if (reason)
			return drop(skb, place, reason);
		return bpf_redirect(fib->ifindex, 0);
	}
	__builtin_memcpy(next.ipv6_nh, fib->ipv6_dst, sizeof(next.ipv6_nh));
	return bpf_redirect_neigh(fib->ifindex, &next, sizeof(next), 0);
}

#endif
