/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What this node knows: itself, its pods, and who owns the other prefixes. */
#ifndef STRAUM_LIB_NODE_H
#define STRAUM_LIB_NODE_H

#include "../abi/pod.h"
#include "addr.h"
#include "base.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NODE_CONFIG_SLOTS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct node_config);
} config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u32);
} config_slot SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct addr);
	__type(value, struct pod_entry);
} pods SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct peer_key);
	__type(value, struct peer_entry);
} peers SEC(".maps");

INLINE struct node_config *node_config(void)
{
	__u32 zero = 0;
	__u32 *slot = bpf_map_lookup_elem(&config_slot, &zero);

	return slot ? bpf_map_lookup_elem(&config, slot) : NULL;
}

INLINE struct pod_entry *pod_lookup(const struct addr *address)
{
	return bpf_map_lookup_elem(&pods, address);
}

INLINE struct peer_entry *peer_lookup(const struct addr *address)
{
	struct peer_key key = { .prefix_len = 128, .prefix = *address };

	return bpf_map_lookup_elem(&peers, &key);
}

/* Outside the cluster, as far as the node knows. */
INLINE bool is_world(const struct addr *address)
{
	struct peer_entry *peer = peer_lookup(address);

	return !peer || peer->kind == PEER_WORLD;
}

INLINE bool is_node_address(const struct node_config *node, const struct addr *address)
{
	return addr_equal(address, &node->node4) || addr_equal(address, &node->node6);
}

#endif
