/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What every program includes: kernel interface, verdicts, small words. */
#ifndef STRAUM_LIB_BASE_H
#define STRAUM_LIB_BASE_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>
#include <stddef.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define INLINE static __always_inline

/* Further processing: no program returns it. */
#define CONTINUE (-1)

/* Set on packets whose addresses are final, so that uplink_out lets them pass. */
#define MARK_DONE 0x53545241

#ifndef AF_INET
#define AF_INET 2
#define AF_INET6 10
#endif

#define EEXIST 17

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#endif
