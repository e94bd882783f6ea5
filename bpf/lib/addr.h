/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef STRAUM_LIB_ADDR_H
#define STRAUM_LIB_ADDR_H

#include "../abi/addr.h"
#include "base.h"

INLINE struct addr addr_from_v4(__be32 ip)
{
	return (struct addr){ .w = { 0, 0, bpf_htonl(0xffff), ip } };
}

INLINE bool addr_is_v4(const struct addr *a)
{
	return a->w[0] == 0 && a->w[1] == 0 && a->w[2] == bpf_htonl(0xffff);
}

INLINE bool addr_is_unset(const struct addr *a)
{
	return (a->w[0] | a->w[1] | a->w[2] | a->w[3]) == 0;
}

/* Zero if they are equal. One branch on it all, where the verifier would follow four. */
INLINE __u32 addr_difference(const struct addr *a, const struct addr *b)
{
	return (a->w[0] ^ b->w[0]) | (a->w[1] ^ b->w[1]) | (a->w[2] ^ b->w[2]) | (a->w[3] ^ b->w[3]);
}

INLINE bool addr_equal(const struct addr *a, const struct addr *b)
{
	return !addr_difference(a, b);
}

/* fe80::/10 */
INLINE bool addr_is_link_local6(const struct addr *a)
{
	return (a->w[0] & bpf_htonl(0xffc00000)) == bpf_htonl(0xfe800000);
}

/* 224.0.0.0/4, 255.255.255.255 and ff00::/8 */
INLINE bool addr_is_multicast(const struct addr *a)
{
	if (addr_is_v4(a))
		return (a->w[3] & bpf_htonl(0xf0000000)) == bpf_htonl(0xe0000000) ||
		       a->w[3] == bpf_htonl(0xffffffff);
	return (a->w[0] & bpf_htonl(0xff000000)) == bpf_htonl(0xff000000);
}

/* Any total order does, as long as every program uses the same one. */
INLINE int addr_compare(const struct addr *a, const struct addr *b)
{
#pragma unroll
	for (int i = 0; i < 4; i++) {
		if (a->w[i] != b->w[i])
			return a->w[i] < b->w[i] ? -1 : 1;
	}
	return 0;
}

INLINE struct flow_tuple tuple_reverse(const struct flow_tuple *t)
{
	return (struct flow_tuple){
		.src = t->dst, .dst = t->src, .sport = t->dport, .dport = t->sport, .proto = t->proto,
		.shadow = t->shadow,
	};
}

/* The same ends, whichever flow they belong to. */
INLINE bool tuple_equal(const struct flow_tuple *a, const struct flow_tuple *b)
{
	return !(addr_difference(&a->src, &b->src) | addr_difference(&a->dst, &b->dst) |
		 (a->sport ^ b->sport) | (a->dport ^ b->dport) | (a->proto ^ b->proto));
}

/* The same ends, whichever of them sends. */
INLINE bool tuple_same_ends(const struct flow_tuple *a, const struct flow_tuple *b)
{
	return tuple_equal(a, b) ||
	       !(addr_difference(&a->src, &b->dst) | addr_difference(&a->dst, &b->src) |
		 (a->sport ^ b->dport) | (a->dport ^ b->sport) | (a->proto ^ b->proto));
}

/* The smaller end first. Returns whether the ends were swapped. */
INLINE bool tuple_canonical(const struct flow_tuple *t, struct flow_tuple *key)
{
	int order = addr_compare(&t->src, &t->dst);
	bool swap = order > 0 || (order == 0 && t->sport > t->dport);

	*key = swap ? tuple_reverse(t) : *t;
	key->pad[0] = key->pad[1] = 0;
	return swap;
}

#endif
