// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Conntrack expiry. The decision is made here, on the entry as it is now, and
 * never on a copy that the agent read a moment ago: a flow that has just come
 * back to life is not deleted.
 */
#include "lib/base.h"
#include "lib/conntrack.h"

/* Seconds without a packet. Overridable at load; research: datapath.md P3. */
const volatile __u32 timeout_tcp_established = 21600;
const volatile __u32 timeout_tcp_opening = 60;
/* One side has said all it has to say; the other may take its time. */
const volatile __u32 timeout_tcp_half_closed = 300;
const volatile __u32 timeout_tcp_closing = 20;
const volatile __u32 timeout_udp_replied = 180;
const volatile __u32 timeout_other = 60;

struct sweep_state {
	__u64 now;
	__u32 examined;
	__u32 deleted;
};

INLINE __u64 timeout_ns(__u8 proto, __u8 state)
{
	const __u8 closed = CT_FIN_INITIATOR | CT_FIN_RESPONDER;
	__u32 seconds = timeout_other;

	if (proto == IPPROTO_TCP) {
		if ((state & CT_RST) || (state & closed) == closed)
			seconds = timeout_tcp_closing;
		else if (!(state & CT_REPLIED))
			seconds = timeout_tcp_opening;
		else
			seconds = state & closed ? timeout_tcp_half_closed : timeout_tcp_established;
	} else if (proto == IPPROTO_UDP && (state & CT_REPLIED)) {
		seconds = timeout_udp_replied;
	}
	return seconds * SECOND_NS;
}

/*
 * A translated flow is judged as one, by what both halves have seen, and goes
 * as one. A half without its other is a leftover of a race and goes after the
 * time in which the insertion of the other could still be under way; at once,
 * if the other has begun anew with another wire side.
 */
static long sweep_entry(void *map, const struct flow_tuple *key, struct ct_entry *entry,
			struct sweep_state *state)
{
	struct ct_entry *other = NULL;
	struct flow_tuple other_key = {};
	__u64 seen = entry->seen_ns;
	__u8 bits = entry->state;

	state->examined++;
	if (entry->flags & CT_TRANSLATED) {
		tuple_canonical(&entry->peer, &other_key);
		other = bpf_map_lookup_elem(&conntrack, &other_key);
		if (other ? !tuple_same_ends(&other->peer, key) : state->now > seen + SECOND_NS) {
			bpf_map_delete_elem(&conntrack, key);
			state->deleted++;
			return 0;
		}
		if (other) {
			bits |= other->state;
			if (other->seen_ns > seen)
				seen = other->seen_ns;
		}
	}
	if (state->now < seen || state->now - seen < timeout_ns(key->proto, bits))
		return 0;
	bpf_map_delete_elem(&conntrack, key);
	state->deleted++;
	return 0;
}

SEC("syscall")
int ct_sweep(struct sweep_request *request)
{
	struct sweep_state state = {
		.now = request->now_ns ? request->now_ns : bpf_ktime_get_ns(),
	};

	bpf_for_each_map_elem(&conntrack, sweep_entry, &state, 0);
	request->examined = state.examined;
	request->deleted = state.deleted;
	COUNT_BY(ct_swept, state.deleted);
	return 0;
}
