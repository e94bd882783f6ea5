/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Answers a pod's ARP (RFC 826) and neighbour solicitations (RFC 4861) with
 * its veth's MAC, whatever the target: everything is behind the gateway. No
 * agent is needed for it.
 */
#ifndef STRAUM_LIB_NEIGHBOUR_H
#define STRAUM_LIB_NEIGHBOUR_H

#include "node.h"
#include "packet.h"
#include "rewrite.h"

#define ARPOP_REQUEST 1
#define ARPOP_REPLY 2
#define ARPHRD_ETHER 1

struct arp_packet {
	__be16 hardware;
	__be16 protocol;
	__u8 hardware_len;
	__u8 protocol_len;
	__be16 operation;
	__u8 sender_mac[6];
	__be32 sender_ip;
	__u8 target_mac[6];
	__be32 target_ip;
} __attribute__((packed));

struct neighbour_message {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be32 flags;
	struct in6_addr target;
	__u8 option_type;
	__u8 option_len;	/* in units of 8 bytes */
	__u8 option_mac[6];
};

#define NDP_TARGET_LLADDR 2
#define NA_SOLICITED_OVERRIDE 0x60000000
#define NDP_HOP_LIMIT 255

INLINE int answer_neighbour(struct __sk_buff *skb)
{
	COUNT(neighbour_replies);
	skb->mark = MARK_DONE;
	return bpf_redirect(skb->ifindex, 0);
}

INLINE int answer_arp(struct __sk_buff *skb, enum place place)
{
	struct arp_packet arp, reply;
	struct pod_entry *pod;
	struct addr sender;

	if (bpf_skb_load_bytes(skb, ETH_HLEN, &arp, sizeof(arp)))
		return drop(skb, place, DROP_TRUNCATED);
	if (arp.hardware != bpf_htons(ARPHRD_ETHER) || arp.protocol != bpf_htons(ETH_P_IP) ||
	    arp.operation != bpf_htons(ARPOP_REQUEST) || arp.sender_ip == arp.target_ip)
		return drop(skb, place, DROP_NEIGHBOUR);
	sender = addr_from_v4(arp.sender_ip);
	pod = pod_lookup(&sender);
	if (!pod || pod->ifindex != skb->ifindex)
		return drop(skb, place, DROP_SOURCE_ADDRESS);

	reply = arp;
	reply.operation = bpf_htons(ARPOP_REPLY);
	__builtin_memcpy(reply.sender_mac, pod->host_mac, ETH_ALEN);
	__builtin_memcpy(reply.target_mac, arp.sender_mac, ETH_ALEN);
	reply.sender_ip = arp.target_ip;
	reply.target_ip = arp.sender_ip;
	if (bpf_skb_store_bytes(skb, ETH_HLEN, &reply, sizeof(reply), BPF_F_RECOMPUTE_CSUM) ||
	    set_macs(skb, arp.sender_mac, pod->host_mac))
		return drop(skb, place, DROP_CHECKSUM);
	return answer_neighbour(skb);
}

INLINE __be16 icmp6_checksum(const struct ipv6hdr *ip, struct neighbour_message *message)
{
	struct {
		struct in6_addr src, dst;
		__be32 length;
		__be32 next;
	} pseudo = {
		.src = ip->saddr, .dst = ip->daddr,
		.length = bpf_htonl(sizeof(*message)), .next = bpf_htonl(IPPROTO_ICMPV6),
	};
	__s64 sum = bpf_csum_diff(NULL, 0, (__be32 *)&pseudo, sizeof(pseudo), 0);

	sum = bpf_csum_diff(NULL, 0, (__be32 *)message, sizeof(*message), sum);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/*
 * Pods solicit from their one address (they have no link-local one), and with
 * no header between: a fragmented solicitation must be ignored (RFC 6980 5).
 */
INLINE int answer_solicitation(struct __sk_buff *skb, enum place place, const struct packet *pkt)
{
	struct neighbour_message message = {};
	struct ipv6hdr ip;
	struct pod_entry *pod;
	__u8 pod_mac[ETH_ALEN];

	if (bpf_skb_load_bytes(skb, pkt->l3, &ip, sizeof(ip)) ||
	    bpf_skb_load_bytes(skb, pkt->l4, &message, offsetof(struct neighbour_message, option_type)) ||
	    bpf_skb_load_bytes(skb, offsetof(struct ethhdr, h_source), pod_mac, ETH_ALEN))
		return drop(skb, place, DROP_TRUNCATED);
	pod = pod_lookup(&pkt->tuple.src);
	if (pkt->l4 != pkt->l3 + sizeof(ip) || pkt->ttl != NDP_HOP_LIMIT || message.code || !pod || pod->ifindex != skb->ifindex)
		return drop(skb, place, DROP_NEIGHBOUR);

	message.type = ICMP6_NA;
	message.checksum = 0;
	message.flags = bpf_htonl(NA_SOLICITED_OVERRIDE);
	message.option_type = NDP_TARGET_LLADDR;
	message.option_len = 1;
	__builtin_memcpy(message.option_mac, pod->host_mac, ETH_ALEN);

	ip.daddr = ip.saddr;
	ip.saddr = message.target;
	ip.payload_len = bpf_htons(sizeof(message));
	ip.nexthdr = IPPROTO_ICMPV6;
	message.checksum = icmp6_checksum(&ip, &message);

	if (set_macs(skb, pod_mac, pod->host_mac) ||
	    bpf_skb_change_tail(skb, ETH_HLEN + sizeof(ip) + sizeof(message), 0) ||
	    bpf_skb_store_bytes(skb, ETH_HLEN, &ip, sizeof(ip), BPF_F_RECOMPUTE_CSUM) ||
	    bpf_skb_store_bytes(skb, ETH_HLEN + sizeof(ip), &message, sizeof(message),
				BPF_F_RECOMPUTE_CSUM))
		return drop(skb, place, DROP_CHECKSUM);
	return answer_neighbour(skb);
}

#endif
