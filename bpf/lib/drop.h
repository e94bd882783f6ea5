/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef STRAUM_LIB_DROP_H
#define STRAUM_LIB_DROP_H

#include "../abi/drop.h"
#include "base.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PLACE_COUNT * DROP_REASON_STRIDE);
	__type(key, __u32);
	__type(value, struct drop_counter);
} drops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counters);
} counters SEC(".maps");

INLINE void count_drop(enum place place, enum drop_reason reason, __u32 bytes)
{
	__u32 index = place * DROP_REASON_STRIDE + reason;
	struct drop_counter *counter = bpf_map_lookup_elem(&drops, &index);

	if (!counter)
		return;
	counter->packets++;
	counter->bytes += bytes;
}

INLINE int drop(struct __sk_buff *skb, enum place place, enum drop_reason reason)
{
	count_drop(place, reason, skb->len);
	return TC_ACT_SHOT;
}

/* Per CPU and without preemption, so plain additions do. */
#define COUNT_BY(field, amount)                                                \
	do {                                                                   \
		__u32 zero_ = 0;                                               \
		struct counters *c_ = bpf_map_lookup_elem(&counters, &zero_);  \
		if (c_)                                                        \
			c_->field += (amount);                                 \
	} while (0)

#define COUNT(field) COUNT_BY(field, 1)

#endif
