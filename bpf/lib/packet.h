/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A packet is parsed once, into this. */
#ifndef STRAUM_LIB_PACKET_H
#define STRAUM_LIB_PACKET_H

#include "../abi/conntrack.h"
#include "addr.h"
#include "base.h"
#include "drop.h"

enum packet_flags {
	PKT_FIN = 1,		/* these three as in TCP's header */
	PKT_SYN = 2,		/* and no ACK: opens a connection */
	PKT_RST = 4,
	PKT_V4 = 8,
	PKT_FRAGMENT = 16,	/* of a datagram sent in parts */
	PKT_LATER_FRAGMENT = 32,/* has no L4 header of its own */
	PKT_ICMP_ERROR = 64,	/* about another packet, quoted inside */
	PKT_NO_PORTS = 128,	/* the ports of the flow are not known */
};

struct packet {
	struct flow_tuple tuple;
	__u16 l3;		/* offsets from the start of the packet */
	__u16 l4;
	__u8 flags;
	__u8 ttl;
	__u8 icmp_type;
	__u8 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct fragment_key);
	__type(value, struct fragment_entry);
} fragments SEC(".maps");

#define IPV4_MORE_FRAGMENTS 0x2000
#define IPV4_FRAGMENT_OFFSET 0x1fff
#define IPV6_MORE_FRAGMENTS 1
#define IPV6_FRAGMENT_OFFSET 0xfff8
#define IPV6_MAX_EXTENSIONS 6

#define ICMP_ECHOREPLY 0
#define ICMP_DEST_UNREACH 3
#define ICMP_ECHO 8
#define ICMP_TIME_EXCEEDED 11
#define ICMP_PARAMETERPROB 12
#define ICMP6_ECHO 128
#define ICMP6_ECHOREPLY 129
#define ICMP6_MLD_QUERY 130	/* report and done follow: RFC 2710 */
#define ICMP6_RS 133
#define ICMP6_NS 135
#define ICMP6_NA 136
#define ICMP6_MLD2_REPORT 143

struct ipv6_fragment {
	__u8 nexthdr;
	__u8 reserved;
	__be16 offset;
	__be32 id;
};

struct tcp_header {
	__be16 sport;
	__be16 dport;
	__be32 sequence;
	__be32 acknowledge;
	__u8 offset;
	__u8 flags;
	__be16 window;
	__be16 checksum;
	__be16 urgent;
};

#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10
#define L4_QUOTED 8

struct icmp_header {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be16 id;
	__be16 sequence;
};

/* The other family's ICMP is a protocol like any other: its types mean other things. */
INLINE bool is_icmp(bool v4, __u8 proto)
{
	return proto == (v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

INLINE bool icmp_is_error(bool v4, __u8 type)
{
	return v4 ? type == ICMP_DEST_UNREACH || type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETERPROB
		  : type < 128;
}

/* Messages with an identifier, and their answers (RFC 5508 3): echo, timestamp (13, 14),
 * information (15, 16) and address mask (17, 18); echo alone for IPv6. */
#define ICMP_QUERIES (1 << ICMP_ECHO | 1 << ICMP_ECHOREPLY | 0x3f << 13)

INLINE bool icmp_is_query(bool v4, __u8 type)
{
	return v4 ? type < 32 && (ICMP_QUERIES >> type & 1) : (type & ~1) == ICMP6_ECHO;
}

/* Without a branch: each would double the paths that the verifier walks. */
INLINE __u8 connection_flags(const struct tcp_header *tcp)
{
	__u8 acknowledged = (tcp->flags & TCP_ACK) / (TCP_ACK / TCP_SYN);

	return tcp->flags & (PKT_FIN | PKT_SYN | PKT_RST) & ~acknowledged;
}

/*
 * Ports, or what stands for them, at `l4`. The header must be there as far as a
 * rewrite goes; a TCP header that a first fragment cuts short is an attack
 * (RFC 3128). `quoted`: of what an ICMP error quotes 8 bytes are sure (RFC 792).
 */
INLINE int parse_l4(struct __sk_buff *skb, struct packet *pkt, bool quoted)
{
	bool v4 = pkt->flags & PKT_V4;
	struct tcp_header tcp;
	struct icmp_header icmp;
	__be16 ports[L4_QUOTED / 2];	/* and what follows them */

	switch (pkt->tuple.proto) {
	case IPPROTO_TCP:
		if (bpf_skb_load_bytes(skb, pkt->l4, &tcp, quoted ? L4_QUOTED : sizeof(tcp)))
			return DROP_TRUNCATED;
		if (!quoted)
			pkt->flags |= connection_flags(&tcp);
		pkt->tuple.sport = tcp.sport;
		pkt->tuple.dport = tcp.dport;
		return DROP_NONE;
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
		if (bpf_skb_load_bytes(skb, pkt->l4, ports, sizeof(ports)))
			return DROP_TRUNCATED;
		pkt->tuple.sport = ports[0];
		pkt->tuple.dport = ports[1];
		return DROP_NONE;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if (!is_icmp(v4, pkt->tuple.proto))
			return DROP_NONE;
		if (bpf_skb_load_bytes(skb, pkt->l4, &icmp, sizeof(icmp)))
			return DROP_TRUNCATED;
		pkt->icmp_type = icmp.type;
		if (icmp_is_query(v4, icmp.type)) {
			pkt->tuple.sport = pkt->tuple.dport = icmp.id;
			return DROP_NONE;
		}
		pkt->tuple.sport = icmp.type;
		pkt->tuple.dport = ~icmp.type;
		if (icmp_is_error(v4, icmp.type))
			pkt->flags |= PKT_ICMP_ERROR;
		return DROP_NONE;
	default:
		return DROP_NONE;
	}
}

/* Whether the packet's flow has a source port, or an identifier, that may be chosen for it. */
INLINE bool has_port(const struct packet *pkt)
{
	const struct flow_tuple *t = &pkt->tuple;

	return t->proto == IPPROTO_TCP || t->proto == IPPROTO_UDP ||
	       (is_icmp(pkt->flags & PKT_V4, t->proto) && t->sport == t->dport);
}

/* The ports of a fragmented datagram travel in its first part only. */
INLINE int parse_fragment(struct __sk_buff *skb, struct packet *pkt, __be32 id, bool first)
{
	struct fragment_key key = {
		.src = pkt->tuple.src, .dst = pkt->tuple.dst, .id = id,
		.proto = pkt->flags & PKT_V4 ? pkt->tuple.proto : 0,
	};
	struct fragment_entry entry = { .proto = pkt->tuple.proto }, *known;
	int reason;

	pkt->flags |= PKT_FRAGMENT;
	if (first) {
		reason = parse_l4(skb, pkt, false);
		if (reason)
			return reason;
		entry.sport = pkt->tuple.sport;
		entry.dport = pkt->tuple.dport;
		bpf_map_update_elem(&fragments, &key, &entry, BPF_ANY);
		return DROP_NONE;
	}

	pkt->flags |= PKT_LATER_FRAGMENT;
	known = bpf_map_lookup_elem(&fragments, &key);
	if (!known) {
		pkt->flags |= PKT_NO_PORTS;
		return DROP_NONE;
	}
	pkt->tuple.sport = known->sport;
	pkt->tuple.dport = known->dport;
	pkt->tuple.proto = known->proto;
	return DROP_NONE;
}

/* `quoted`: the packet is what an ICMP error quotes, cut off after its ports. */
INLINE int parse_v4(struct __sk_buff *skb, struct packet *pkt, bool quoted)
{
	struct iphdr ip;
	__u16 fragment;

	if (bpf_skb_load_bytes(skb, pkt->l3, &ip, sizeof(ip)) || ip.version != 4 || ip.ihl < 5)
		return DROP_TRUNCATED;
	pkt->tuple.src = addr_from_v4(ip.saddr);
	pkt->tuple.dst = addr_from_v4(ip.daddr);
	pkt->tuple.proto = ip.protocol;
	pkt->ttl = ip.ttl;
	pkt->flags |= PKT_V4;
	pkt->l4 = pkt->l3 + ip.ihl * 4;

	fragment = bpf_ntohs(ip.frag_off);
	if (quoted && (fragment & IPV4_FRAGMENT_OFFSET)) {
		pkt->flags |= PKT_NO_PORTS;
		return DROP_NONE;
	}
	if (!quoted && fragment & (IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET))
		return parse_fragment(skb, pkt, ip.id, !(fragment & IPV4_FRAGMENT_OFFSET));

	return parse_l4(skb, pkt, quoted);
}

/* Hop-by-hop, routing, destination options and fragment (RFC 8200 4), AH (RFC 4302). */
INLINE bool is_extension(__u8 next)
{
	return next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS ||
	       next == IPPROTO_FRAGMENT || next == IPPROTO_AH;
}

INLINE int parse_v6(struct __sk_buff *skb, struct packet *pkt, bool quoted)
{
	struct ipv6hdr ip;
	struct ipv6_fragment fragment = {};
	bool later = false;
	__u8 next, extension[2];
	__u16 offset;

	if (bpf_skb_load_bytes(skb, pkt->l3, &ip, sizeof(ip)) || ip.version != 6)
		return DROP_TRUNCATED;
	__builtin_memcpy(&pkt->tuple.src, &ip.saddr, sizeof(struct addr));
	__builtin_memcpy(&pkt->tuple.dst, &ip.daddr, sizeof(struct addr));
	pkt->ttl = ip.hop_limit;
	next = ip.nexthdr;
	offset = pkt->l3 + sizeof(ip);

	for (int i = 0; i < IPV6_MAX_EXTENSIONS && is_extension(next) && !later; i++) {
		if (next == IPPROTO_FRAGMENT) {
			if (bpf_skb_load_bytes(skb, offset, &fragment, sizeof(fragment)))
				return DROP_TRUNCATED;
			next = fragment.nexthdr;
			offset += sizeof(fragment);
			later = fragment.offset & bpf_htons(IPV6_FRAGMENT_OFFSET);
			continue;
		}
		if (bpf_skb_load_bytes(skb, offset, extension, sizeof(extension)))
			return DROP_TRUNCATED;
		offset += next == IPPROTO_AH ? (extension[1] + 2) * 4 : (extension[1] + 1) * 8;
		next = extension[0];
	}
	pkt->tuple.proto = next;
	pkt->l4 = offset;

	if (quoted && later) {
		pkt->flags |= PKT_NO_PORTS;
		return DROP_NONE;
	}
	if (!later && is_extension(next))
		return DROP_EXTENSION_HEADERS;
	/* An atomic fragment (RFC 6946), of neither kind, is whole. */
	if (!quoted && fragment.offset & bpf_htons(IPV6_FRAGMENT_OFFSET | IPV6_MORE_FRAGMENTS))
		return parse_fragment(skb, pkt, fragment.id, !later);

	return parse_l4(skb, pkt, quoted);
}

/*
 * Parses the IP packet at `pkt->l3`. Returns a drop reason, DROP_NONE when
 * the tuple is filled in.
 */
INLINE int parse_packet(struct __sk_buff *skb, struct packet *pkt)
{
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return parse_v4(skb, pkt, false);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return parse_v6(skb, pkt, false);
	return DROP_UNSUPPORTED_L3;
}

/* What a host tells and asks routers of its own accord, and needs no answer to. */
INLINE bool is_for_router(const struct packet *pkt)
{
	if (pkt->flags & PKT_V4)
		return pkt->tuple.proto == IPPROTO_IGMP;
	return pkt->tuple.proto == IPPROTO_ICMPV6 && ((pkt->icmp_type >= ICMP6_MLD_QUERY && pkt->icmp_type <= ICMP6_RS) ||
						      pkt->icmp_type == ICMP6_MLD2_REPORT);
}

INLINE bool is_ip(const struct __sk_buff *skb)
{
	return skb->protocol == bpf_htons(ETH_P_IP) || skb->protocol == bpf_htons(ETH_P_IPV6);
}

#endif
