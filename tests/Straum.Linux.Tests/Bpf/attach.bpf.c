// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Programs for each hook that Straum.Linux attaches to.
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define NEXT -1 /* TCX_NEXT, TC_ACT_UNSPEC: leave the verdict to the next program */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

static void count(__u32 slot)
{
	__u64 *counter = bpf_map_lookup_elem(&seen, &slot);

	if (counter)
		__sync_fetch_and_add(counter, 1);
}

SEC("tc")
int pass(struct __sk_buff *skb)
{
	count(0);
	return NEXT;
}

SEC("tc")
int drop(struct __sk_buff *skb)
{
	count(1);
	return TC_ACT_SHOT;
}

SEC("xdp")
int xdp_pass(struct xdp_md *ctx)
{
	count(2);
	return XDP_PASS;
}

/* Refuses TCP to port 4242 and counts it. */
SEC("cgroup/connect4")
int refuse(struct bpf_sock_addr *ctx)
{
	if (ctx->user_port != bpf_htons(4242))
		return 1;
	count(3);
	return 0;
}

SEC("cgroup/connect4")
int allow(struct bpf_sock_addr *ctx)
{
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
