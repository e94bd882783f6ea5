/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From a Service's address to one of its backends: one hash, two array reads. */
#ifndef STRAUM_LIB_SERVICE_H
#define STRAUM_LIB_SERVICE_H

#include "../abi/service.h"
#include "addr.h"
#include "base.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct svc_key);
	__type(value, struct svc_entry);
} svc SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 524288);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u32);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 262144);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct backend);
} backends SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct addr);
	__type(value, __u32);
} service_addresses SEC(".maps");

INLINE bool is_service_address(const struct addr *address)
{
	return bpf_map_lookup_elem(&service_addresses, address);
}

INLINE struct svc_entry *service_lookup(const struct addr *vip, __be16 port, __u8 proto, __u8 scope)
{
	struct svc_key key = { .vip = *vip, .port = port, .proto = proto, .scope = scope };

	return bpf_map_lookup_elem(&svc, &key);
}

INLINE struct backend *backend_lookup(__u32 id)
{
	return bpf_map_lookup_elem(&backends, &id);
}

/* Returns NULL, with `reason` set, when no backend can be used. */
INLINE struct backend *service_pick(const struct svc_entry *service, __u32 hash, __u32 *id,
				    enum drop_reason *reason)
{
	__u32 count = service->count;
	struct backend *backend;
	__u32 index, *slot;

	if (!count) {
		*reason = DROP_NO_BACKEND;
		return NULL;
	}
	index = service->base + hash % count;
	slot = bpf_map_lookup_elem(&slots, &index);
	backend = slot ? backend_lookup(*slot) : NULL;
	if (!backend || !(backend->flags & BACKEND_USABLE)) {
		*reason = DROP_SERVICE_SCOPE;
		return NULL;
	}
	*id = *slot;
	return backend;
}

#endif
