// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The host side of every pod's veth. pod_out sees what the pod sends and
 * brings it all the way: into another pod of the node, to the network, or
 * into the tunnel. pod_in sees only what the host's own stack sends to a pod;
 * everything else is delivered past it by bpf_redirect_peer.
 */
#include "lib/base.h"
#include "lib/conntrack.h"
#include "lib/deliver.h"
#include "lib/destination.h"
#include "lib/former.h"
#include "lib/icmp.h"
#include "lib/neighbour.h"
#include "lib/node.h"
#include "lib/reject.h"
#include "lib/route.h"
#include "lib/service.h"
#include "lib/translate.h"

#define PLACE PLACE_POD_OUT

/*
 * Exceptional packets leave the straight line by a tail call. The program
 * that takes over parses the packet afresh, so the two sides share no more
 * than skb->cb[0] and may be replaced one after the other.
 */
enum tail {
	TAIL_REJECT,		/* cb[0]: why */
	TAIL_ICMP_ERROR,
	TAIL_SOLICITATION,
	TAIL_COUNT,
};

int pod_reject(struct __sk_buff *skb);
int pod_icmp_error(struct __sk_buff *skb);
int pod_solicitation(struct __sk_buff *skb);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, TAIL_COUNT);
	__type(key, __u32);
	__array(values, int(struct __sk_buff *));
} pod_tails SEC(".maps") = {
	.values = {
		[TAIL_REJECT] = (void *)&pod_reject,
		[TAIL_ICMP_ERROR] = (void *)&pod_icmp_error,
		[TAIL_SOLICITATION] = (void *)&pod_solicitation,
	},
};

/* The flow's translation, if it has one: `to` gets the packet's new tuple. */
enum flow {
	FLOW_NEW,
	FLOW_PLAIN,
	FLOW_REPLY,
	FLOW_TRANSLATED,
	FLOW_FORMER,		/* lib/former.h */
};

INLINE enum flow known_flow(struct packet *pkt, struct flow_tuple *to)
{
	struct ct_entry *entry;
	struct backend *backend;
	struct flow_tuple key;
	bool reply = false;

	entry = ct_lookup_sent(&pkt->tuple, &reply);
	if (!entry)
		return has_former && is_former_flow(&pkt->tuple, &key) ? FLOW_FORMER : FLOW_NEW;
	if (ct_is_over(entry, pkt, reply)) {
		ct_forget(&pkt->tuple, entry);
		return FLOW_NEW;
	}
	/* Datagrams, and a SYN that nobody answered, move on when their backend
	 * is gone; a connection is left to end by itself. */
	if (entry->backend && !reply && (pkt->tuple.proto == IPPROTO_UDP || (pkt->flags & PKT_SYN))) {
		backend = backend_lookup(entry->backend);
		if (!backend || !(backend->flags & BACKEND_USABLE) ||
		    backend->generation != entry->backend_generation) {
			ct_forget(&pkt->tuple, entry);
			return FLOW_NEW;
		}
	}
	ct_touch(entry, pkt, reply);
	if (entry->flags & CT_TRANSLATED) {
		*to = entry->peer;
		if (reply)
			*to = tuple_reverse(to);
		return FLOW_TRANSLATED;
	}
	return reply ? FLOW_REPLY : FLOW_PLAIN;
}

SEC("tc")
int pod_icmp_error(struct __sk_buff *skb)
{
	struct node_config *node = node_config();
	struct scratch *memory = scratch_memory();
	struct packet *pkt;
	bool known = false;
	int reason;

	if (!node || !memory)
		return drop(skb, PLACE, DROP_NONE);
	pkt = &memory->packet;
	reason = parse_packet(skb, pkt);
	if (reason)
		return drop(skb, PLACE, reason);
	reason = translate_icmp_error(skb, pkt, &known);
	if (reason)
		return drop(skb, PLACE, reason);
	find_destination(&pkt->tuple.dst, &memory->destination);
	if (!known)
		go_former(skb, FORMER_POD_OUT);
	if (memory->destination.world && !known)
		return drop(skb, PLACE, DROP_ICMP_UNKNOWN_FLOW);
	if (pkt->ttl <= 1)
		return to_stack();
	if (memory->destination.way == WAY_NETWORK && !find_route(skb, pkt, &pkt->tuple, memory))
		return to_stack();
	return forward(skb, PLACE, pkt, &pkt->tuple, node, memory);
}

SEC("tc")
int pod_reject(struct __sk_buff *skb)
{
	struct packet pkt = { .l3 = ETH_HLEN };
	struct pod_entry *self;
	int reason;

	reason = parse_packet(skb, &pkt);
	if (reason)
		return drop(skb, PLACE, reason);
	self = pod_lookup(&pkt.tuple.src);
	if (!self)
		return drop(skb, PLACE, DROP_SOURCE_ADDRESS);
	return reject(skb, PLACE, skb->cb[0], &pkt, self);
}

SEC("tc")
int pod_solicitation(struct __sk_buff *skb)
{
	struct packet pkt = { .l3 = ETH_HLEN };
	int reason = parse_packet(skb, &pkt);

	if (reason)
		return drop(skb, PLACE, reason);
	return answer_solicitation(skb, PLACE, &pkt);
}

INLINE int leave(struct __sk_buff *skb, enum tail tail)
{
	bpf_tail_call(skb, &pod_tails, tail);
	return drop(skb, PLACE, DROP_TAIL);
}

INLINE int pod_out_ip(struct __sk_buff *skb)
{
	struct node_config *node = node_config();
	struct scratch *memory = scratch_memory();
	struct destination *destination;
	struct translation *t;
	struct packet *pkt;
	struct pod_entry *self;
	enum flow flow = FLOW_NEW;
	enum drop_reason why = DROP_NONE;
	int reason;

	/* :: Step 1: what is it, and may this pod send it? */
	if (!node || !memory)
		return drop(skb, PLACE, DROP_NONE);
	t = &memory->translation;
	pkt = &memory->packet;
	destination = &memory->destination;
	reason = parse_packet(skb, pkt);
	if (reason)
		return drop(skb, PLACE, reason);
	if (pkt->icmp_type == ICMP6_NS && pkt->tuple.proto == IPPROTO_ICMPV6)
		return leave(skb, TAIL_SOLICITATION);
	if (addr_is_multicast(&pkt->tuple.dst)) {
		if (!is_for_router(pkt))
			return drop(skb, PLACE, DROP_MULTICAST);
		COUNT(for_routers);
		return TC_ACT_SHOT;
	}
	self = pod_lookup(&pkt->tuple.src);
	if (!self || self->ifindex != skb->ifindex)
		return drop(skb, PLACE, DROP_SOURCE_ADDRESS);
	if (pkt->flags & PKT_ICMP_ERROR)
		return leave(skb, TAIL_ICMP_ERROR);

	/* :: Step 2: a known flow keeps its translation, a Service gets a backend. */
	*t = (struct translation){ .to = pkt->tuple };
	if (!(pkt->flags & PKT_NO_PORTS))
		flow = known_flow(pkt, &t->to);
	if (flow == FLOW_FORMER) {
		go_former(skb, FORMER_POD_OUT);
		flow = FLOW_NEW;
	}
	if (flow == FLOW_NEW) {
		struct svc_entry *service = service_lookup(&pkt->tuple.dst, pkt->tuple.dport,
							   pkt->tuple.proto, SVC_SCOPE_CLUSTER);
		if (service) {
			struct backend *backend = service_pick(service, bpf_get_prandom_u32(),
							       &t->backend, &why);

			if (!backend) {
				if (service->flags & SVC_SILENT)
					return drop(skb, PLACE, why);
				skb->cb[0] = why;
				return leave(skb, TAIL_REJECT);
			}
			/* Its checksum, a CRC32c over everything, cannot follow. */
			if (pkt->tuple.proto == IPPROTO_SCTP && pkt->tuple.dport != backend->port)
				return drop(skb, PLACE, DROP_SCTP_PORT);
			t->to.dst = backend->address;
			t->to.dport = backend->port;
			t->service = service->id;
			t->backend_generation = backend->generation;
		}
	}

	/* :: Step 3: where to? What the stack must answer goes there untouched. */
	find_destination(&t->to.dst, destination);
	if (pkt->ttl <= 1)
		return to_stack();
	/* Not out into the world: nobody there has a Service's address. */
	if (flow == FLOW_NEW && !t->service && destination->world && is_service_address(&t->to.dst)) {
		skb->cb[0] = pkt->flags & PKT_NO_PORTS ? DROP_FRAGMENT : DROP_SERVICE_PORT;
		return leave(skb, TAIL_REJECT);
	}
	if (destination->way == WAY_NETWORK && !find_route(skb, pkt, &t->to, memory)) {
		/* It knows no Service: of that it sees the backend; and of a shadow the port. */
		if (destination->world || (addr_equal(&t->to.dst, &pkt->tuple.dst) && !pkt->tuple.shadow) ||
		    !addr_equal(&t->to.src, &pkt->tuple.src))
			return to_stack();
		destination->way = WAY_STACK;
	}

	/* :: Step 4: a new flow is entered, with the node's address if it leaves the cluster. */
	if (flow == FLOW_NEW || flow == FLOW_PLAIN) {
		bool hairpin = destination->way == WAY_POD && destination->pod.ifindex == self->ifindex;
		bool as_node = hairpin || ((node->flags & NODE_MASQUERADE) && destination->world);

		t->new_port = as_node || pkt->tuple.shadow;
		if (as_node) {
			t->to.src = pkt->flags & PKT_V4 ? node->node4 : node->node6;
			if (addr_is_unset(&t->to.src))
				return drop(skb, PLACE, DROP_NO_NODE_ADDRESS);
		}
		if (t->new_port || t->service) {
			if (pkt->flags & PKT_NO_PORTS)
				return drop(skb, PLACE, DROP_FRAGMENT);
			if (flow == FLOW_PLAIN)
				ct_delete(&pkt->tuple);
			reason = translate(pkt, node, memory);
			if (reason)
				return drop(skb, PLACE, reason);
		} else if (flow == FLOW_NEW && !(pkt->flags & PKT_NO_PORTS)) {
			ct_create_plain(&pkt->tuple);
		}
	}

	/* :: Step 5: off it goes. */
	return forward(skb, PLACE, pkt, &t->to, node, memory);
}

SEC("tc")
int pod_out(struct __sk_buff *skb)
{
	if (skb->protocol == bpf_htons(ETH_P_ARP))
		return answer_arp(skb, PLACE);
	if (!is_ip(skb))
		return drop(skb, PLACE, DROP_UNSUPPORTED_L3);
	return pod_out_ip(skb);
}

/* What the host sends by itself, and its replies of a Service that it backs. */
SEC("tc")
int pod_in(struct __sk_buff *skb)
{
	struct scratch *memory;
	struct packet *pkt;
	int reason;

	/* Our own answers to the pod: ARP, NDP, refusals. */
	if (skb->mark == MARK_DONE || !is_ip(skb))
		return TC_ACT_OK;
	memory = scratch_memory();
	if (!memory)
		return TC_ACT_OK;
	pkt = &memory->packet;
	reason = parse_packet(skb, pkt);
	if (!reason && (pkt->flags & PKT_ICMP_ERROR))
		reason = translate_icmp_error_or_leave(skb, pkt, FORMER_POD_IN);
	else if (!reason && !(pkt->flags & PKT_NO_PORTS))
		reason = track_incoming(skb, memory, FORMER_POD_IN, true);
	if (reason)
		return drop(skb, PLACE_POD_IN, reason);
	COUNT(to_pod);
	return TC_ACT_OK;
}
