/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * While one flow table takes the place of another (a build with another
 * layout, a table that has grown) both are in use: the programs with the new
 * one are attached in front of those with the old one, which they call for
 * whatever is not theirs yet. So no flow is ever between the two. See
 * docs/adr/0006.
 *
 * Loaded with has_former only for that time; otherwise the verifier removes
 * every line of it.
 */
#ifndef STRAUM_LIB_FORMER_H
#define STRAUM_LIB_FORMER_H

#include "../abi/addr.h"
#include "addr.h"
#include "base.h"

const volatile bool has_former = false;

/* Where the former programs are in former_programs. Numbers are kept: another
 * build may have filled it. */
enum former {
	FORMER_POD_OUT = 0,
	FORMER_POD_IN = 1,
	FORMER_UPLINK_IN = 2,
	FORMER_UPLINK_OUT = 3,
	FORMER_OVERLAY_IN = 4,
	FORMER_COUNT = 8,
};

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, FORMER_COUNT);
	__type(key, __u32);
	__type(value, __u32);
} former_programs SEC(".maps");

/* The loader puts the former table here: of its values nothing is known. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct flow_tuple);
	__type(value, __u64);
} former_flows SEC(".maps");

/* 0: new flows begin in the former table; 1: in ours. Turned once, when every
 * program knows both tables. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} handover SEC(".maps");

/* Whether a packet without an entry in our table is the former program's: its
 * flow is over there, or would begin there. `key` is room to work in. To be asked
 * after has_former alone, where it is in plain sight of the verifier. */
INLINE bool is_former_flow(const struct flow_tuple *tuple, struct flow_tuple *key)
{
	__u32 zero = 0, *begins_here;

	begins_here = bpf_map_lookup_elem(&handover, &zero);
	if (!begins_here || !*(volatile __u32 *)begins_here)
		return true;
	tuple_canonical(tuple, key);
	return bpf_map_lookup_elem(&former_flows, key);
}

/* Whether a flow that our table does not have yet holds these ends on the wire. */
INLINE bool is_claimed_by_former(const struct flow_tuple *wire, struct flow_tuple *key)
{
	tuple_canonical(wire, key);
	return bpf_map_lookup_elem(&former_flows, key);
}

/* Comes back only when there is no such program. */
INLINE void go_former(struct __sk_buff *skb, enum former program)
{
	if (has_former)
		bpf_tail_call(skb, &former_programs, program);
}

#endif
