/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Working memory beyond the 512 bytes of stack. One per CPU: the programs run
 * with softirqs off and none runs inside another.
 */
#ifndef STRAUM_LIB_SCRATCH_H
#define STRAUM_LIB_SCRATCH_H

#include "../abi/conntrack.h"
#include "../abi/pod.h"
#include "base.h"
#include "packet.h"

struct translation {
	struct flow_tuple to;	/* the wire side, initiator first */
	__u32 service;
	__u32 backend;
	__u32 backend_generation;
	bool new_port;		/* the source port must be one of the node's range */
};

enum way {
	WAY_NETWORK,
	WAY_POD,		/* of this node */
	WAY_TUNNEL,
	WAY_STACK,		/* the host's stack takes it from here */
};

struct destination {
	__u8 way;		/* enum way */
	bool world;		/* outside the cluster: masquerade applies */
	bool neighbour_known;	/* WAY_NETWORK: scratch.fib has the MACs */
	struct pod_entry pod;	/* WAY_POD */
	struct addr tunnel;	/* WAY_TUNNEL: the other node */
};

struct scratch {
	struct packet packet;
	struct destination destination;
	struct ct_entry entry;
	struct bpf_fib_lookup fib;
	struct translation translation;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratch SEC(".maps");

/* Holds what the last packet left, but for an unparsed packet: who uses a part fills it in. */
INLINE struct scratch *scratch_memory(void)
{
	__u32 zero = 0;
	struct scratch *memory = bpf_map_lookup_elem(&scratch, &zero);

	if (memory)
		memory->packet = (struct packet){ .l3 = ETH_HLEN };
	return memory;
}

#endif
