// SPDX-License-Identifier: Apache-2.0
/*
 * The far end: echoes on `ports` consecutive TCP ports and on the first one as
 * UDP port, and swallows on the TCP port `sink`, where it answers with the
 * number of bytes once the other side has said all. One thread, one epoll.
 */
#define _GNU_SOURCE
#include "meter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK (256 * 1024)
#define RECEIVE_BUFFER (64 << 20)

enum role { LISTEN_ECHO, LISTEN_SINK, ECHO, SINK, DATAGRAMS };

/* Per descriptor: what it is, and what a sink has swallowed. */
static struct {
	enum role role;
	uint64_t bytes;
} *state;

static char chunk[CHUNK];

static void watch(int epoll, int fd, enum role role)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	state[fd].role = role;
	state[fd].bytes = 0;
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		die("epoll");
}

static int open_port(int type, uint16_t port)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int fd = socket(AF_INET6, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1, buffer = RECEIVE_BUFFER;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (type == SOCK_DGRAM)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)))
		die("bind");
	if (type == SOCK_STREAM && listen(fd, 4096))
		die("listen");
	return fd;
}

static void accept_all(int epoll, int listener, enum role role)
{
	int fd, on = 1;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		watch(epoll, fd, role);
	}
}

static void echo(int fd)
{
	ssize_t n = read(fd, chunk, sizeof(chunk));

	if (n > 0 && write(fd, chunk, (size_t)n) == n)
		return;
	if (n < 0 && errno == EAGAIN)
		return;
	close(fd);
}

static void swallow(int fd)
{
	ssize_t n = read(fd, chunk, sizeof(chunk));

	if (n > 0) {
		state[fd].bytes += (uint64_t)n;
	} else if (n == 0 || errno != EAGAIN) {
		if (n == 0 && write(fd, &state[fd].bytes, sizeof(state[fd].bytes)) < 0)
			perror("meter: sink");
		close(fd);
	}
}

static void echo_datagrams(int fd)
{
	struct sockaddr_storage from;
	ssize_t n;

	for (;;) {
		socklen_t length = sizeof(from);

		n = recvfrom(fd, chunk, sizeof(chunk), 0, (struct sockaddr *)&from, &length);
		if (n < 0)
			return;
		sendto(fd, chunk, (size_t)n, 0, (struct sockaddr *)&from, length);
	}
}

int serve(uint16_t port, uint16_t ports, uint16_t sink)
{
	struct rlimit files = { 65536, 65536 };
	struct epoll_event events[64];
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	setrlimit(RLIMIT_NOFILE, &files);
	state = calloc(files.rlim_cur, sizeof(*state));
	if (epoll < 0 || !state)
		die("start");
	for (uint16_t i = 0; i < ports; i++)
		watch(epoll, open_port(SOCK_STREAM, (uint16_t)(port + i)), LISTEN_ECHO);
	watch(epoll, open_port(SOCK_STREAM, sink), LISTEN_SINK);
	watch(epoll, open_port(SOCK_DGRAM, port), DATAGRAMS);
	puts("ready");
	fflush(stdout);

	for (;;) {
		int n = epoll_wait(epoll, events, 64, -1);

		for (int i = 0; i < n; i++) {
			int fd = events[i].data.fd;

			switch (state[fd].role) {
			case LISTEN_ECHO: accept_all(epoll, fd, ECHO); break;
			case LISTEN_SINK: accept_all(epoll, fd, SINK); break;
			case ECHO: echo(fd); break;
			case SINK: swallow(fd); break;
			case DATAGRAMS: echo_datagrams(fd); break;
			}
		}
	}
}
