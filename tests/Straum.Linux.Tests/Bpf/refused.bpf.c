// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The verifier refuses this: the packet's bounds are not checked.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int innocent(struct __sk_buff *skb)
{
	return 0;
}

SEC("tc")
int unbounded(struct __sk_buff *skb)
{
	__u8 *data = (void *)(long)skb->data;

	return data[20];
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
