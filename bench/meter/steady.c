// SPDX-License-Identifier: Apache-2.0
/*
 * Load that must not notice anything:
 *
 *   meter steady RATE CONNECTIONS PORT DATAGRAMS ADDRESS…
 *
 * RATE datagrams per second to the address DATAGRAMS, each echoed, and CONNECTIONS
 * TCP connections spread over the other addresses, each of which asks once a second.
 * Says "ready" when all of them are open, goes on until stdin ends, waits for
 * what is still on the way, and prints
 *
 *   sent received connections broken stalled
 *
 * A connection is broken when it was reset, closed or has no answer within five
 * seconds; it is stalled when an answer took longer than half a second.
 */
#define _GNU_SOURCE
#include "meter.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define SECOND 1000000000ull
#define TICK (SECOND / 1000)
#define PATIENCE (5 * SECOND)
#define STALL (SECOND / 2)
#define DRAIN (2 * SECOND)
#define BUFFER (64 << 20)

struct connection {
	int fd; /* -1: broken */
	uint64_t asked, turn;
	int waiting;
};

static struct connection *connections;
static size_t connection_count;
static uint64_t sent, received, broken, stalled;

static int open_to(const char *address, int type, uint16_t port)
{
	struct target target = parse_target(address, port);
	int fd = socket(target.address.ss_family, type | SOCK_CLOEXEC, 0), on = 1, buffer = BUFFER;

	if (fd < 0)
		die("socket");
	if (type == SOCK_STREAM)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	else
		setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	if (connect(fd, (struct sockaddr *)&target.address, target.length))
		die(address);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void give_up(struct connection *c)
{
	close(c->fd);
	c->fd = -1;
	broken++;
}

static void take_turn(struct connection *c, uint64_t now)
{
	char byte = 'q';

	if (c->fd < 0)
		return;
	if (c->waiting && now - c->asked > PATIENCE) {
		give_up(c);
	} else if (!c->waiting && now >= c->turn) {
		c->asked = now;
		c->turn = now + SECOND;
		c->waiting = 1;
		if (write(c->fd, &byte, 1) != 1)
			give_up(c);
	}
}

static void hear(struct connection *c)
{
	char byte;
	ssize_t n;

	if (c->fd < 0)
		return;
	n = read(c->fd, &byte, 1);
	if (n == 1) {
		stalled += now_ns() - c->asked > STALL;
		c->waiting = 0;
	} else if (n == 0 || errno != EAGAIN) {
		give_up(c);
	}
}

static void receive_datagrams(int fd)
{
	char datagram[64];

	while (recv(fd, datagram, sizeof(datagram), 0) > 0)
		received++;
}

/* As many as the rate asks for since the start; a late tick catches up. */
static void send_datagrams(int fd, uint64_t rate, uint64_t elapsed)
{
	char datagram[64] = {};

	for (uint64_t due = elapsed * rate / SECOND; sent < due; sent++) {
		memcpy(datagram, &sent, sizeof(sent));
		while (send(fd, datagram, sizeof(datagram), 0) < 0)
			if (errno != EAGAIN && errno != ENOBUFS) {
				/* As a lost packet would: it counts as sent. */
				fprintf(stderr, "meter: send: %s\n", strerror(errno));
				break;
			}
	}
}

static void watch(int epoll, int fd, uint64_t tag)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = tag };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		die("epoll");
}

enum tag { TIMER = 1u << 30, DATAGRAMS, COMMANDS };

static void loop(int epoll, int timer, int datagrams, uint64_t rate)
{
	struct epoll_event events[256];
	uint64_t started = now_ns(), ends = UINT64_MAX, ticks;
	size_t next = 0;

	for (uint64_t now = started; now < ends; now = now_ns()) {
		int n = epoll_wait(epoll, events, 256, -1);

		for (int i = 0; i < n; i++) {
			uint64_t tag = events[i].data.u64;

			if (tag == DATAGRAMS) {
				receive_datagrams(datagrams);
			} else if (tag == COMMANDS) {
				epoll_ctl(epoll, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
				ends = now_ns() + DRAIN;
			} else if (tag != TIMER) {
				hear(&connections[tag]);
			} else if (read(timer, &ticks, sizeof(ticks)) > 0) {
				now = now_ns();
				if (ends == UINT64_MAX)
					send_datagrams(datagrams, rate, now - started);
				/* A twentieth per tick: each connection is looked at fifty times a second. */
				for (size_t k = 0; k < connection_count / 20 + 1; k++)
					take_turn(&connections[next++ % connection_count], now);
			}
		}
	}
}

int steady(int argc, char **argv)
{
	struct itimerspec tick = { .it_interval.tv_nsec = TICK, .it_value.tv_nsec = TICK };
	struct rlimit files = { 65536, 65536 };
	int epoll = epoll_create1(EPOLL_CLOEXEC), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	int datagrams;
	uint16_t port;

	if (argc < 5)
		return 2;
	setrlimit(RLIMIT_NOFILE, &files);
	connection_count = (size_t)atoi(argv[1]);
	port = (uint16_t)atoi(argv[2]);
	connections = calloc(connection_count, sizeof(*connections));
	datagrams = open_to(argv[3], SOCK_DGRAM, port);
	if (epoll < 0 || timer < 0 || !connections || !connection_count || timerfd_settime(timer, 0, &tick, NULL))
		die("start");
	for (size_t i = 0; i < connection_count; i++) {
		connections[i].fd = open_to(argv[4 + i % (size_t)(argc - 4)], SOCK_STREAM, port);
		connections[i].turn = now_ns() + SECOND * i / connection_count;
		watch(epoll, connections[i].fd, i);
	}
	watch(epoll, datagrams, DATAGRAMS);
	watch(epoll, timer, TIMER);
	watch(epoll, STDIN_FILENO, COMMANDS);
	puts("ready");
	fflush(stdout);
	loop(epoll, timer, datagrams, (uint64_t)atoi(argv[0]));
	printf("%lu %lu %zu %lu %lu\n", sent, received, connection_count, broken, stalled);
	return 0;
}
