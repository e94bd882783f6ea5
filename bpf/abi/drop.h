/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef STRAUM_ABI_DROP_H
#define STRAUM_ABI_DROP_H

#include "addr.h"

enum drop_reason {
	DROP_NONE = 0,
#define REASON(name, what, hint) DROP_##name,
#include "drop_reasons.def"
#undef REASON
	DROP_REASON_COUNT,
};

/* Where a verdict was made. */
enum place {
	PLACE_POD_OUT = 0,	/* from a pod, at the host side of its veth */
	PLACE_POD_IN = 1,	/* from the host's stack to a pod */
	PLACE_UPLINK_IN = 2,	/* from the network */
	PLACE_UPLINK_OUT = 3,	/* to the network */
	PLACE_OVERLAY_IN = 4,	/* out of the tunnel */
	PLACE_OVERLAY_OUT = 5,	/* from the host's stack into the tunnel */
	PLACE_SOCKET = 6,	/* connect, sendmsg */
	PLACE_COUNT = 7,
};

/* drops: PERCPU_ARRAY, index = place * DROP_REASON_STRIDE + reason. */
#define DROP_REASON_STRIDE 64

struct drop_counter {
	__u64 packets;
	__u64 bytes;
};

_Static_assert(DROP_REASON_COUNT <= DROP_REASON_STRIDE, "abi");

/* counters: PERCPU_ARRAY of one. What happened that is no drop. */
struct counters {
	__u64 to_pod;		/* delivered into a pod's namespace */
	__u64 to_network;	/* sent to another node or outside */
	__u64 to_overlay;	/* sent through the tunnel */
	__u64 to_stack;		/* handed to the host's stack */
	__u64 translated;	/* addresses or ports rewritten */
	__u64 masqueraded;	/* flows given a source port of the node */
	__u64 neighbour_replies;/* ARP and NDP answered for the gateway */
	__u64 for_routers;	/* IGMP, MLD and router solicitations: nobody is there to hear them */
	__u64 rejected;		/* refusals sent back to pods */
	__u64 ct_created;
	__u64 ct_insert_failed;	/* the flow went on without an entry */
	__u64 ct_swept;
	__u64 socket_translated;/* connect and sendmsg sent to a backend */
};

/* So that the enums reach the generated C#. */
struct STRAUM_ABI drop_names {
	enum drop_reason reason;
	enum place place;
};

#endif
