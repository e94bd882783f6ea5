// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// One map of each kind that Straum.Linux has a view for, and programs that use them.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

struct key {
	__u32 id;
	__u16 port;
	__u16 pad;
};

struct value {
	__u64 count;
	__u32 flags;
	__u32 pad;
};

struct prefix {
	__u32 bits;
	__u8 address[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, struct key);
	__type(value, struct value);
} hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u32);
} mapped SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, __u32);
} trie SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} jumps SEC(".maps");

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct inner);
} tables SEC(".maps");

const volatile __u32 answer = 1;
const volatile __u8 enabled = 0;

/* Counts the packet under its mark and answers with the constant, its first byte raised by one. */
SEC("tc")
int count(struct __sk_buff *skb)
{
	struct key key = {.id = skb->mark};
	struct value *value = bpf_map_lookup_elem(&hash, &key);
	__u32 zero = 0;
	__u32 *counter = bpf_map_lookup_elem(&counters, &zero);
	__u8 *data = (void *)(long)skb->data;

	if (value)
		__sync_fetch_and_add(&value->count, 1);
	if (counter)
		*counter += 1;
	if ((void *)(data + 1) > (void *)(long)skb->data_end)
		return TC_ACT_SHOT;
	data[0] += 1;
	skb->mark = 77;
	return enabled ? answer : TC_ACT_OK;
}

SEC("tc")
int jump(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &jumps, 1);
	return TC_ACT_SHOT;
}

/* Reads the first element of the table under key 5. */
SEC("tc")
int pick(struct __sk_buff *skb)
{
	__u32 key = 5, zero = 0, *value;
	void *table = bpf_map_lookup_elem(&tables, &key);

	if (!table)
		return 0;
	value = bpf_map_lookup_elem(table, &zero);
	return value ? *value : 0;
}

struct sum {
	__u32 left, right, total, pad;
};

SEC("syscall")
int add(struct sum *sum)
{
	sum->total = sum->left + sum->right;
	return 3;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
