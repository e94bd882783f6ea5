/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Refuses a packet of a pod at once, as a closed port would: a reset for TCP
 * (RFC 9293 3.5.2), port unreachable for the rest (RFC 792, RFC 4443 3.1).
 * The packet itself becomes the answer.
 */
#ifndef STRAUM_LIB_REJECT_H
#define STRAUM_LIB_REJECT_H

#include "node.h"
#include "packet.h"
#include "rewrite.h"

#define REJECT_TTL 64
/* What an error quotes: the IP header and 8 bytes of what follows. */
#define QUOTED_V4 (sizeof(struct iphdr) + L4_QUOTED)
#define QUOTED_V6 (sizeof(struct ipv6hdr) + L4_QUOTED)

INLINE __sum16 fold_checksum(__s64 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* The one's complement sum of the pseudo header of an answer to `t`. */
INLINE __s64 pseudo_sum(const struct flow_tuple *t, bool v4, __u16 length, __u8 proto)
{
	struct {
		struct addr src, dst;
		__be32 length;
		__be32 proto;
	} pseudo = {
		.src = t->dst, .dst = t->src, .length = bpf_htonl(length), .proto = bpf_htonl(proto),
	};

	if (v4) {
		pseudo.src.w[2] = 0;
		pseudo.dst.w[2] = 0;
	}
	return bpf_csum_diff(NULL, 0, (__be32 *)&pseudo, sizeof(pseudo), 0);
}

/* Makes the packet an IP packet back to its sender with `length` bytes after the header. */
INLINE int start_answer(struct __sk_buff *skb, const struct packet *pkt, const struct pod_entry *pod,
			__u8 proto, __u16 length)
{
	const struct flow_tuple *t = &pkt->tuple;
	__u8 pod_mac[ETH_ALEN], host_mac[ETH_ALEN];

	__builtin_memcpy(pod_mac, pod->pod_mac, ETH_ALEN);
	__builtin_memcpy(host_mac, pod->host_mac, ETH_ALEN);
	if (pkt->flags & PKT_V4) {
		struct iphdr ip = {
			.version = 4, .ihl = 5, .ttl = REJECT_TTL, .protocol = proto,
			.tot_len = bpf_htons(sizeof(ip) + length),
			.saddr = t->dst.w[3], .daddr = t->src.w[3],
		};

		ip.check = fold_checksum(bpf_csum_diff(NULL, 0, (__be32 *)&ip, sizeof(ip), 0));
		if (bpf_skb_change_tail(skb, ETH_HLEN + sizeof(ip) + length, 0) ||
		    bpf_skb_store_bytes(skb, ETH_HLEN, &ip, sizeof(ip), BPF_F_RECOMPUTE_CSUM))
			return DROP_REJECT_FAILED;
	} else {
		struct ipv6hdr ip = {
			.version = 6, .hop_limit = REJECT_TTL, .nexthdr = proto,
			.payload_len = bpf_htons(length),
		};

		__builtin_memcpy(&ip.saddr, &t->dst, sizeof(ip.saddr));
		__builtin_memcpy(&ip.daddr, &t->src, sizeof(ip.daddr));
		if (bpf_skb_change_tail(skb, ETH_HLEN + sizeof(ip) + length, 0) ||
		    bpf_skb_store_bytes(skb, ETH_HLEN, &ip, sizeof(ip), BPF_F_RECOMPUTE_CSUM))
			return DROP_REJECT_FAILED;
	}
	return set_macs(skb, pod_mac, host_mac);
}

/* RFC 9293 3.10.7.1: from where the segment acknowledges, else acknowledging the segment. */
INLINE int reject_tcp(struct __sk_buff *skb, const struct packet *pkt, const struct pod_entry *pod)
{
	bool v4 = pkt->flags & PKT_V4;
	struct tcp_header segment, tcp = {
		.sport = pkt->tuple.dport, .dport = pkt->tuple.sport,
		.offset = sizeof(tcp) / 4 << 4, .flags = TCP_RST,
	};
	__s64 sum;
	int reason;

	if (bpf_skb_load_bytes(skb, pkt->l4, &segment, sizeof(segment)))
		return DROP_TRUNCATED;
	if (segment.flags & TCP_ACK) {
		tcp.sequence = segment.acknowledge;
	} else {
		tcp.flags |= TCP_ACK;
		tcp.acknowledge = bpf_htonl(bpf_ntohl(segment.sequence) + 1);
	}
	sum = pseudo_sum(&pkt->tuple, v4, sizeof(tcp), IPPROTO_TCP);
	tcp.checksum = fold_checksum(bpf_csum_diff(NULL, 0, (__be32 *)&tcp, sizeof(tcp), sum));
	reason = start_answer(skb, pkt, pod, IPPROTO_TCP, sizeof(tcp));
	if (reason)
		return reason;
	return bpf_skb_store_bytes(skb, ETH_HLEN + (v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)),
				   &tcp, sizeof(tcp), BPF_F_RECOMPUTE_CSUM) ? DROP_REJECT_FAILED : DROP_NONE;
}

INLINE int reject_v4(struct __sk_buff *skb, const struct packet *pkt, const struct pod_entry *pod)
{
	struct {
		struct icmp_header icmp;
		__u8 quoted[QUOTED_V4];
	} answer = { .icmp = { .type = ICMP_DEST_UNREACH, .code = 3 } };
	int reason;

	/* Behind options, the quote would not reach the ports. */
	if (pkt->l4 != pkt->l3 + sizeof(struct iphdr))
		return DROP_REJECT_FAILED;
	if (bpf_skb_load_bytes(skb, pkt->l3, answer.quoted, sizeof(answer.quoted)))
		return DROP_TRUNCATED;
	answer.icmp.checksum = fold_checksum(bpf_csum_diff(NULL, 0, (__be32 *)&answer, sizeof(answer), 0));
	reason = start_answer(skb, pkt, pod, IPPROTO_ICMP, sizeof(answer));
	if (reason)
		return reason;
	return bpf_skb_store_bytes(skb, ETH_HLEN + sizeof(struct iphdr), &answer, sizeof(answer),
				   BPF_F_RECOMPUTE_CSUM)
		? DROP_REJECT_FAILED : DROP_NONE;
}

INLINE int reject_v6(struct __sk_buff *skb, const struct packet *pkt, const struct pod_entry *pod)
{
	struct {
		struct icmp_header icmp;
		__u8 quoted[QUOTED_V6];
	} answer = { .icmp = { .type = 1, .code = 4 } };
	__s64 sum;
	int reason;

	if (pkt->l4 != pkt->l3 + sizeof(struct ipv6hdr))
		return DROP_REJECT_FAILED;
	if (bpf_skb_load_bytes(skb, pkt->l3, answer.quoted, sizeof(answer.quoted)))
		return DROP_TRUNCATED;
	sum = pseudo_sum(&pkt->tuple, false, sizeof(answer), IPPROTO_ICMPV6);
	answer.icmp.checksum = fold_checksum(bpf_csum_diff(NULL, 0, (__be32 *)&answer, sizeof(answer), sum));
	reason = start_answer(skb, pkt, pod, IPPROTO_ICMPV6, sizeof(answer));
	if (reason)
		return reason;
	return bpf_skb_store_bytes(skb, ETH_HLEN + sizeof(struct ipv6hdr), &answer, sizeof(answer),
				   BPF_F_RECOMPUTE_CSUM)
		? DROP_REJECT_FAILED : DROP_NONE;
}

/* The cause is counted as a drop of its own; the answer leaves through the pod's veth. */
INLINE int reject(struct __sk_buff *skb, enum place place, enum drop_reason cause,
		  const struct packet *pkt, const struct pod_entry *pod)
{
	__u32 ifindex = pod->ifindex;
	int reason;

	count_drop(place, cause, skb->len);
	/* An error is never answered with an error (RFC 1122 3.2.2). */
	if (pkt->flags & (PKT_ICMP_ERROR | PKT_LATER_FRAGMENT | PKT_RST))
		return TC_ACT_SHOT;
	if (pkt->tuple.proto == IPPROTO_TCP)
		reason = reject_tcp(skb, pkt, pod);
	else if (pkt->flags & PKT_V4)
		reason = reject_v4(skb, pkt, pod);
	else
		reason = reject_v6(skb, pkt, pod);
	if (reason)
		return drop(skb, place, reason);
	COUNT(rejected);
	skb->mark = MARK_DONE;
	return bpf_redirect(ifindex, 0);
}

#endif
