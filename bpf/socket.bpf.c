// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Services at the socket: a connect or a datagram to a Service's address goes
 * to a backend before there is a packet, so nothing is translated on the way.
 * The socket is told the Service's address when it asks for its peer.
 *
 * IPv4 that arrives on an AF_INET6 socket is v4-mapped there, as it is in our
 * tables, so one path serves both.
 */
#include "abi/service.h"
#include "lib/addr.h"
#include "lib/base.h"
#include "lib/drop.h"
#include "lib/node.h"
#include "lib/service.h"

#define ALLOW 1
#define REFUSE 0
#define ECONNREFUSED 111

/* bpf_set_retval exists from Linux 5.18; before, a refusal reads as EPERM. */
const volatile bool has_set_retval = false;

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct socket_key);
	__type(value, struct socket_entry);
} sockets SEC(".maps");

/* An endpoint as the hook shows it. */
struct endpoint {
	struct addr address;
	__be16 port;
};

INLINE struct endpoint endpoint4(const struct bpf_sock_addr *ctx)
{
	return (struct endpoint){ addr_from_v4(ctx->user_ip4), (__be16)ctx->user_port };
}

INLINE struct endpoint endpoint6(const struct bpf_sock_addr *ctx)
{
	return (struct endpoint){
		.address.w = { ctx->user_ip6[0], ctx->user_ip6[1], ctx->user_ip6[2], ctx->user_ip6[3] },
		.port = (__be16)ctx->user_port,
	};
}

INLINE void set_endpoint4(struct bpf_sock_addr *ctx, const struct addr *address, __be16 port)
{
	ctx->user_ip4 = address->w[3];
	ctx->user_port = port;
}

INLINE void set_endpoint6(struct bpf_sock_addr *ctx, const struct addr *address, __be16 port)
{
	ctx->user_ip6[0] = address->w[0];
	ctx->user_ip6[1] = address->w[1];
	ctx->user_ip6[2] = address->w[2];
	ctx->user_ip6[3] = address->w[3];
	ctx->user_port = port;
}

INLINE int refuse(enum drop_reason reason)
{
	count_drop(PLACE_SOCKET, reason, 0);
	if (has_set_retval)
		bpf_set_retval(-ECONNREFUSED);
	return REFUSE;
}

/*
 * Replaces `peer`, if it is a Service's, by a backend's. A connection may go
 * anywhere; the datagrams of one socket stay together as long as the Service
 * keeps its backends, so its cookie chooses.
 */
INLINE int to_backend(struct bpf_sock_addr *ctx, struct endpoint *peer, bool connection)
{
	__u64 cookie = bpf_get_socket_cookie(ctx);
	__u32 hash = connection ? bpf_get_prandom_u32() : (__u32)(cookie * 0x9e3779b97f4a7c15ULL >> 32);
	enum drop_reason reason = DROP_NONE;
	struct socket_key key = {};
	struct socket_entry entry = {}, *known;
	struct svc_entry *service;
	struct backend *backend;
	__u32 id;

	service = service_lookup(&peer->address, peer->port, ctx->protocol, SVC_SCOPE_CLUSTER);
	/* An address that is also the node's own is its sockets' (a DNS cache on the node). */
	if (!service)
		return connection && is_service_address(&peer->address) && is_world(&peer->address)
			? refuse(DROP_SERVICE_PORT) : CONTINUE;
	backend = service_pick(service, hash, &id, &reason);
	if (!backend)
		return refuse(reason);

	key.cookie = cookie;
	key.peer = backend->address;
	key.port = backend->port;
	key.proto = ctx->protocol;
	entry.vip = peer->address;
	entry.port = peer->port;
	entry.service = service->id;
	/* Each update of an LRU map takes a fresh node, if need be another socket's:
	 * the second datagram shall not. */
	known = bpf_map_lookup_elem(&sockets, &key);
	if (!known || known->port != entry.port || !addr_equal(&known->vip, &entry.vip) ||
	    known->service != entry.service)
		bpf_map_update_elem(&sockets, &key, &entry, BPF_ANY);

	peer->address = backend->address;
	peer->port = backend->port;
	COUNT(socket_translated);
	return ALLOW;
}

/* The Service that `peer` stands for on this socket, if any. */
INLINE bool from_backend(struct bpf_sock_addr *ctx, struct endpoint *peer)
{
	struct socket_key key = {
		.cookie = bpf_get_socket_cookie(ctx), .peer = peer->address, .port = peer->port,
		.proto = ctx->protocol,
	};
	struct socket_entry *entry = bpf_map_lookup_elem(&sockets, &key);

	if (!entry)
		return false;
	peer->address = entry->vip;
	peer->port = entry->port;
	return true;
}

INLINE int send4(struct bpf_sock_addr *ctx, bool connection)
{
	struct endpoint peer = endpoint4(ctx);
	int verdict = to_backend(ctx, &peer, connection);

	if (verdict == ALLOW)
		set_endpoint4(ctx, &peer.address, peer.port);
	return verdict == CONTINUE ? ALLOW : verdict;
}

INLINE int send6(struct bpf_sock_addr *ctx, bool connection)
{
	struct endpoint peer = endpoint6(ctx);
	int verdict = to_backend(ctx, &peer, connection);

	if (verdict == ALLOW)
		set_endpoint6(ctx, &peer.address, peer.port);
	return verdict == CONTINUE ? ALLOW : verdict;
}

INLINE int receive4(struct bpf_sock_addr *ctx)
{
	struct endpoint peer = endpoint4(ctx);

	if (from_backend(ctx, &peer))
		set_endpoint4(ctx, &peer.address, peer.port);
	return ALLOW;
}

INLINE int receive6(struct bpf_sock_addr *ctx)
{
	struct endpoint peer = endpoint6(ctx);

	if (from_backend(ctx, &peer))
		set_endpoint6(ctx, &peer.address, peer.port);
	return ALLOW;
}

SEC("cgroup/connect4")
int sock_connect4(struct bpf_sock_addr *ctx)
{
	return send4(ctx, ctx->protocol == IPPROTO_TCP);
}

SEC("cgroup/connect6")
int sock_connect6(struct bpf_sock_addr *ctx)
{
	return send6(ctx, ctx->protocol == IPPROTO_TCP);
}

SEC("cgroup/sendmsg4")
int sock_sendmsg4(struct bpf_sock_addr *ctx)
{
	return send4(ctx, false);
}

SEC("cgroup/sendmsg6")
int sock_sendmsg6(struct bpf_sock_addr *ctx)
{
	return send6(ctx, false);
}

SEC("cgroup/recvmsg4")
int sock_recvmsg4(struct bpf_sock_addr *ctx)
{
	return receive4(ctx);
}

SEC("cgroup/recvmsg6")
int sock_recvmsg6(struct bpf_sock_addr *ctx)
{
	return receive6(ctx);
}

SEC("cgroup/getpeername4")
int sock_getpeername4(struct bpf_sock_addr *ctx)
{
	return receive4(ctx);
}

SEC("cgroup/getpeername6")
int sock_getpeername6(struct bpf_sock_addr *ctx)
{
	return receive6(ctx);
}
