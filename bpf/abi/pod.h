/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef STRAUM_ABI_POD_H
#define STRAUM_ABI_POD_H

#include "addr.h"

/* pods: HASH struct addr -> pod_entry. Every address of every pod of this node. */
struct pod_entry {
	__u32 ifindex;		/* host side of the veth */
	__u32 id;		/* local pod number, the same for all its addresses */
	__u8 pod_mac[6];
	__u8 host_mac[6];	/* what the pod's gateway answers with */
};

/* peers: LPM_TRIE. What a prefix that is not a local pod belongs to. */
struct peer_key {
	__u32 prefix_len;	/* of the 128-bit form: IPv4 /24 is 120 */
	struct addr prefix;
};

enum peer_kind {
	PEER_WORLD = 0,		/* same as no entry: masquerade applies */
	PEER_REMOTE_POD = 1,	/* pods of another node */
	PEER_REMOTE_NODE = 2,	/* an address of another node */
	PEER_LOCAL_NODE = 3,	/* an address of this node */
	PEER_LOCAL_POD = 4,	/* this node's pod range */
	PEER_DIRECT = 5,	/* reached without masquerade (masquerade.nonMasqueradeCIDRs) */
};

struct peer_entry {
	struct addr tunnel;	/* the node's address on the wire; unspecified: route natively */
	__u32 node;		/* node number, 0 for none: told by `straum routes`, read by no program */
	__u8 kind;		/* enum peer_kind */
	__u8 pad[3];
};

/*
 * config: ARRAY, memory-mapped. What a node's agent may change at run time. Only
 * the slot that config_slot (ARRAY of one __u32, memory-mapped) names is read;
 * the agent writes the next one and then that word, so a program sees all of one
 * version. A slot comes round again after NODE_CONFIG_SLOTS - 1 more changes.
 */
#define NODE_CONFIG_SLOTS 8

struct node_config {
	struct addr node4;	/* source of masqueraded IPv4; unspecified: none */
	struct addr node6;
	__u32 overlay_ifindex;	/* 0: no overlay */
	__u32 vni;
	__u16 snat_port_min;	/* host byte order, inclusive */
	__u16 snat_port_max;
	__u32 flags;		/* enum node_flags */
};

enum node_flags {
	NODE_NONE = 0,
	NODE_MASQUERADE = 1,
};

_Static_assert(sizeof(struct pod_entry) == 20, "abi");
_Static_assert(sizeof(struct peer_key) == 20, "abi");
_Static_assert(sizeof(struct peer_entry) == 24, "abi");
_Static_assert(sizeof(struct node_config) == 48, "abi");

/* So that the enums reach the generated C#. */
struct STRAUM_ABI pod_names {
	enum peer_kind kind;
	enum node_flags flags;
};

#endif
