/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Changes addresses and ports in place and keeps every checksum true. */
#ifndef STRAUM_LIB_REWRITE_H
#define STRAUM_LIB_REWRITE_H

#include "addr.h"
#include "base.h"
#include "drop.h"
#include "packet.h"

#define IPV4_TTL 8
#define IPV4_CHECKSUM 10
#define IPV4_ADDRESSES 12
#define IPV6_HOP_LIMIT 7
#define IPV6_ADDRESSES 8
#define ICMP_CHECKSUM 2
#define ICMP_ID 4

/* Where the L4 checksum is. All zero: there is none to keep. */
struct l4_checksum {
	__u16 offset;		/* from the L4 header */
	bool pseudo_header;	/* it covers the addresses */
};

INLINE struct l4_checksum l4_checksum_of(bool v4, __u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return (struct l4_checksum){ 16, true };
	case IPPROTO_UDP:
		return (struct l4_checksum){ 6, true };
	case IPPROTO_ICMPV6:
	case IPPROTO_ICMP:
		if (!is_icmp(v4, proto))
			return (struct l4_checksum){};
		return (struct l4_checksum){ ICMP_CHECKSUM, !v4 };
	default: /* SCTP's CRC32c covers neither addresses nor, here, changed ports */
		return (struct l4_checksum){};
	}
}

/* The difference that the new addresses make; v4-mapped prefixes cancel out. */
INLINE __s64 address_diff(const struct flow_tuple *from, const struct flow_tuple *to)
{
	return bpf_csum_diff((__be32 *)&from->src, 2 * sizeof(struct addr), (__be32 *)&to->src,
			     2 * sizeof(struct addr), 0);
}

/*
 * A network card may have given a sum over the whole packet (CHECKSUM_COMPLETE).
 * IPv4 addresses leave it as it is, since the header's checksum balances them.
 * Nothing in the IPv6 header does, so its writer passes BPF_F_RECOMPUTE_CSUM,
 * unless a checksum that BPF_F_PSEUDO_HDR does not name takes up the difference.
 */
INLINE int store_addresses(struct __sk_buff *skb, bool v4, __u16 l3, const struct flow_tuple *to,
			   __u64 flags_v6)
{
	__be32 pair[2] = { to->src.w[3], to->dst.w[3] };

	if (v4)
		return bpf_skb_store_bytes(skb, l3 + IPV4_ADDRESSES, pair, sizeof(pair), 0);
	return bpf_skb_store_bytes(skb, l3 + IPV6_ADDRESSES, &to->src, 2 * sizeof(struct addr), flags_v6);
}

/*
 * A checksum that an update in place makes zero may be that of a message which
 * is zero all over, where only 0xffff is right. It is right for any other too
 * (RFC 1624 5).
 */
INLINE bool settle_zero(struct __sk_buff *skb, __u16 sum)
{
	__be16 checksum;

	if (bpf_skb_load_bytes(skb, sum, &checksum, sizeof(checksum)))
		return false;
	if (checksum)
		return true;
	checksum = 0xffff;
	return !bpf_skb_store_bytes(skb, sum, &checksum, sizeof(checksum), 0);
}

/*
 * Writes the ports of `to`, or the identifier, into the L4 header of `pkt`, and
 * keeps the checksum at `sum` true. Protocols without ports, and SCTP, whose
 * checksum is over everything, are never given other ones.
 */
INLINE int rewrite_ports(struct __sk_buff *skb, const struct packet *pkt, const struct flow_tuple *to, __u16 sum,
			 __u64 flags)
{
	const struct flow_tuple *from = &pkt->tuple;
	__be16 ports[2] = { to->sport, to->dport };
	__be32 from_word = 0, to_word = 0;

	if (from->sport == to->sport && from->dport == to->dport)
		return DROP_NONE;
	if (from->proto == IPPROTO_ICMP || from->proto == IPPROTO_ICMPV6) {
		if (bpf_l4_csum_replace(skb, sum, from->sport, to->sport, 2) ||
		    bpf_skb_store_bytes(skb, pkt->l4 + ICMP_ID, ports, 2, 0) || !settle_zero(skb, sum))
			return DROP_CHECKSUM;
		return DROP_NONE;
	}
	__builtin_memcpy(&from_word, &from->sport, 4);
	__builtin_memcpy(&to_word, &to->sport, 4);
	if (bpf_l4_csum_replace(skb, sum, from_word, to_word, 4 | flags) ||
	    bpf_skb_store_bytes(skb, pkt->l4, ports, 4, 0))
		return DROP_CHECKSUM;
	return DROP_NONE;
}

/* Makes the packet's tuple `to`. Returns a drop reason. */
INLINE int rewrite(struct __sk_buff *skb, struct packet *pkt, const struct flow_tuple *to)
{
	bool v4 = pkt->flags & PKT_V4;
	bool has_l4 = !(pkt->flags & PKT_LATER_FRAGMENT);
	struct l4_checksum sum = l4_checksum_of(v4, pkt->tuple.proto);
	__u64 mangled = pkt->tuple.proto == IPPROTO_UDP ? BPF_F_MARK_MANGLED_0 : 0;
	__s64 diff = address_diff(&pkt->tuple, to);

	if (v4 && bpf_l3_csum_replace(skb, pkt->l3 + IPV4_CHECKSUM, 0, diff, 0))
		return DROP_CHECKSUM;
	if (has_l4 && sum.pseudo_header &&
	    bpf_l4_csum_replace(skb, pkt->l4 + sum.offset, 0, diff, BPF_F_PSEUDO_HDR | mangled))
		return DROP_CHECKSUM;
	if (store_addresses(skb, v4, pkt->l3, to, BPF_F_RECOMPUTE_CSUM))
		return DROP_CHECKSUM;
	if (has_l4 && rewrite_ports(skb, pkt, to, pkt->l4 + sum.offset, mangled))
		return DROP_CHECKSUM;
	pkt->tuple = *to;
	COUNT(translated);
	return DROP_NONE;
}

/* One hop fewer. The caller has checked that there are at least two. */
INLINE int decrement_ttl(struct __sk_buff *skb, struct packet *pkt)
{
	__u8 ttl = pkt->ttl - 1;

	if (pkt->flags & PKT_V4) {
		__be16 from = bpf_htons(pkt->ttl << 8 | pkt->tuple.proto);
		__be16 to = bpf_htons(ttl << 8 | pkt->tuple.proto);

		if (bpf_l3_csum_replace(skb, pkt->l3 + IPV4_CHECKSUM, from, to, 2) ||
		    bpf_skb_store_bytes(skb, pkt->l3 + IPV4_TTL, &ttl, 1, 0))
			return DROP_CHECKSUM;
	} else if (bpf_skb_store_bytes(skb, pkt->l3 + IPV6_HOP_LIMIT, &ttl, 1,
				       BPF_F_RECOMPUTE_CSUM)) {
		return DROP_CHECKSUM;
	}
	pkt->ttl = ttl;
	return DROP_NONE;
}

INLINE int set_macs(struct __sk_buff *skb, const __u8 *dst, const __u8 *src)
{
	__u8 macs[2 * ETH_ALEN];

	/* They lie side by side: one call. */
	__builtin_memcpy(macs, dst, ETH_ALEN);
	__builtin_memcpy(macs + ETH_ALEN, src, ETH_ALEN);
	return bpf_skb_store_bytes(skb, offsetof(struct ethhdr, h_dest), macs, sizeof(macs), 0) ? DROP_CHECKSUM : DROP_NONE;
}

#endif
