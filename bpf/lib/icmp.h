/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ICMP errors about translated flows: RFC 5508 for both families. */
#ifndef STRAUM_LIB_ICMP_H
#define STRAUM_LIB_ICMP_H

#include "conntrack.h"
#include "former.h"
#include "rewrite.h"

#define ICMP_HEADER 8

INLINE int parse_quoted(struct __sk_buff *skb, const struct packet *error, struct packet *quoted)
{
	__u8 version;

	quoted->l3 = error->l4 + ICMP_HEADER;
	if (bpf_skb_load_bytes(skb, quoted->l3, &version, 1))
		return DROP_TRUNCATED;
	if (error->flags & PKT_V4)
		return parse_v4(skb, quoted, true);
	return parse_v6(skb, quoted, true);
}

/*
 * Gives the quoted packet the addresses and ports that its sender used. The
 * error's own checksum follows; the quoted L4 checksum does not, as no
 * receiver looks at it. A quoted IPv4 header keeps a right checksum of its
 * own, so its addresses leave the error's sum as it was.
 */
INLINE int rewrite_quoted(struct __sk_buff *skb, const struct packet *error, struct packet *quoted,
			  const struct flow_tuple *to)
{
	bool v4 = error->flags & PKT_V4;
	__s64 diff = address_diff(&quoted->tuple, to);
	__u16 sum = error->l4 + ICMP_CHECKSUM;

	if (v4 ? bpf_l3_csum_replace(skb, quoted->l3 + IPV4_CHECKSUM, 0, diff, 0)
	       : bpf_l4_csum_replace(skb, sum, 0, diff, 0))
		return DROP_CHECKSUM;
	if (store_addresses(skb, v4, quoted->l3, to, 0))
		return DROP_CHECKSUM;
	return rewrite_ports(skb, quoted, to, sum, 0);
}

/*
 * Translates an error about a translated flow, the quoted packet and the
 * outer addresses alike.
 *
 * An error travels to whom the quoted packet came from, and quotes it as it
 * was where it failed. What failed beyond the translation is given back the
 * tuple that its sender used. What failed before it (the stack's own errors
 * about packets that it was handed untouched) has that tuple already: the
 * initiator's packets are those of the half that is not the wire's, the
 * responder's those of the half that is.
 *
 * `known` tells whether it is such an error, or one about a plain flow.
 * Returns a drop reason.
 */
INLINE int translate_icmp_error(struct __sk_buff *skb, struct packet *pkt, bool *known)
{
	struct packet quoted = {};
	struct flow_tuple to, outer;
	struct ct_entry *entry;
	bool reply = false;
	int reason;

	*known = false;
	if (parse_quoted(skb, pkt, &quoted) || (quoted.flags & PKT_NO_PORTS) ||
	    !addr_equal(&quoted.tuple.src, &pkt->tuple.dst))
		return DROP_NONE;
	entry = ct_lookup(&quoted.tuple, &reply);
	if (!entry)
		return DROP_NONE;
	if (!(entry->flags & CT_TRANSLATED)) {
		*known = true;
		return DROP_NONE;
	}
	if (reply == !!(entry->flags & CT_WIRE))
		return DROP_NONE;
	*known = true;

	to = entry->peer;
	if (reply)
		to = tuple_reverse(&to);

	/* Errors come from the quoted packet's destination, or from any router
	 * on the way there. */
	outer = pkt->tuple;
	outer.dst = to.src;
	if (addr_equal(&outer.src, &quoted.tuple.dst))
		outer.src = to.dst;

	reason = rewrite_quoted(skb, pkt, &quoted, &to);
	if (reason)
		return reason;
	return rewrite(skb, pkt, &outer);
}

/* The same; an error about no flow of ours is the former program's, if there is one. */
INLINE int translate_icmp_error_or_leave(struct __sk_buff *skb, struct packet *pkt, enum former former)
{
	bool known;
	int reason = translate_icmp_error(skb, pkt, &known);

	if (!reason && !known)
		go_former(skb, former);
	return reason;
}

#endif
