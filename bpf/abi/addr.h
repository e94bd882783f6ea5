/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef STRAUM_ABI_ADDR_H
#define STRAUM_ABI_ADDR_H

#include <linux/types.h>

/*
 * One address of either family, so that every table and every comparison
 * exists once. IPv4 is stored v4-mapped (::ffff:a.b.c.d, RFC 4291 2.5.5.2);
 * all words are in network byte order.
 */
struct addr {
	__be32 w[4];
};

/* A flow as a packet shows it: source first. Ports are 0 for protocols that
 * have none. Of an ICMP query both hold the identifier; other ICMP has its type
 * and the complement of that, which differ, and so is never taken for a query. */
struct flow_tuple {
	struct addr src;
	struct addr dst;
	__be16 sport;
	__be16 dport;
	__u8 proto;
	__u8 shadow;		/* conntrack: 1 for a flow whose ends another's wire half has */
	__u8 pad[2];
};

_Static_assert(sizeof(struct addr) == 16, "abi");
_Static_assert(sizeof(struct flow_tuple) == 40, "abi");

/* Marks a type for tools/Straum.AbiGen that no map's key or value names. */
#define STRAUM_ABI __attribute__((btf_decl_tag("abi")))

#endif
