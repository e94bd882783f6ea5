// SPDX-License-Identifier: Apache-2.0
/*
 * The near end. Each line of stdin is one slice of a measurement, answered by
 * one line, so that the slices of several networks can be interleaved:
 *
 *   connect ADDRESS[/COUNT] PORT PORTS N     N connections with one request each → "n p50 p99 mean"
 *   tcp ADDRESS PORT N                       N requests on one connection → the same
 *   udp ADDRESS[/COUNT] PORT N               N datagrams and their echo → the same
 *   stream ADDRESS PORT MILLISECONDS         bytes one way → "bytes nanoseconds"
 *   until ADDRESS/COUNT PORT STEP            waits until each STEP-th address and the last one
 *                                            accept → the clock then, in nanoseconds
 */
#define _GNU_SOURCE
#include "meter.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define CHUNK (128 * 1024)
#define WARMUP 20

static char chunk[CHUNK];

/*
 * Every address and port is met, in no order: neither that in which tables were
 * filled, nor one that meets the same server several times in a row, where a
 * Service would take any. (The finalizer of MurmurHash3.)
 */
static uint32_t scattered(uint32_t i)
{
	i = (i ^ i >> 16) * 0x85ebca6b;
	i = (i ^ i >> 13) * 0xc2b2ae35;
	return i ^ i >> 16;
}

static int open_socket(const struct target *target, int type)
{
	struct timeval patience = { .tv_sec = 5 };
	int fd = socket(target->address.ss_family, type | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0)
		die("socket");
	if (type == SOCK_STREAM)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

static void connect_to(int fd, const struct target *target, uint32_t i, uint16_t port)
{
	struct sockaddr_storage address = nth(target, i);

	((struct sockaddr_in *)&address)->sin_port = htons(port); /* at the same place in sockaddr_in6 */
	if (connect(fd, (struct sockaddr *)&address, target->length))
		die("connect");
}

static void ask(int fd)
{
	char byte = 'q';

	if (write(fd, &byte, 1) != 1 || read(fd, &byte, 1) != 1)
		die("request");
}

/*
 * From making the socket to the answer. The connection is then reset, so that
 * neither side, nor a tracker on the way, keeps thousands of closing ones.
 */
static uint64_t one_connection(const struct target *target, uint16_t port, uint16_t ports, uint32_t i)
{
	struct linger reset = { 1, 0 };
	uint64_t started = now_ns(), took;
	int fd = open_socket(target, SOCK_STREAM);

	connect_to(fd, target, i, (uint16_t)(port + i / target->count % ports));
	ask(fd);
	took = now_ns() - started;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
	return took;
}

static void measure_connect(const struct target *target, uint16_t port, uint16_t ports, size_t n, uint64_t *samples)
{
	static uint32_t next;

	for (size_t i = 0; i < n + WARMUP; i++)
		samples[i < WARMUP ? 0 : i - WARMUP] = one_connection(target, port, ports, scattered(next++));
	report(samples, n);
}

static void measure_requests(const struct target *target, int type, uint16_t port, size_t n, uint64_t *samples)
{
	int fd = open_socket(target, type);

	connect_to(fd, target, 0, port);
	for (size_t i = 0; i < n + WARMUP; i++) {
		uint64_t started = now_ns();

		ask(fd);
		samples[i < WARMUP ? 0 : i - WARMUP] = now_ns() - started;
	}
	close(fd);
	report(samples, n);
}

static void measure_stream(const struct target *target, uint16_t port, uint64_t milliseconds)
{
	int fd = open_socket(target, SOCK_STREAM);
	uint64_t started, bytes;

	connect_to(fd, target, 0, port);
	started = now_ns();
	while (now_ns() - started < milliseconds * 1000000)
		if (write(fd, chunk, sizeof(chunk)) < 0)
			die("write");
	shutdown(fd, SHUT_WR);
	/* Only what has arrived counts, and the time until it had. */
	if (read(fd, &bytes, sizeof(bytes)) != sizeof(bytes))
		die("count");
	printf("%lu %lu\n", bytes, now_ns() - started);
	fflush(stdout);
	close(fd);
}

/* One try of a millisecond; what is not there yet may be refused or swallowed. */
static int accepts(const struct target *target, uint32_t i)
{
	struct sockaddr_storage address = nth(target, i);
	struct linger reset = { 1, 0 };
	int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error = 0;
	struct pollfd writable = { .fd = fd, .events = POLLOUT };
	socklen_t length = sizeof(error);
	int yes = 0;

	if (fd < 0)
		die("socket");
	if (!connect(fd, (struct sockaddr *)&address, target->length) || errno == EINPROGRESS)
		yes = poll(&writable, 1, 1) == 1 && !getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) && !error;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
	return yes;
}

static void wait_until_accepted(const struct target *target, uint32_t step)
{
	for (uint32_t i = 0; i < target->count; i += step)
		while (!accepts(target, i))
			usleep(500);
	while (!accepts(target, target->count - 1))
		usleep(500);
	printf("%lu\n", now_ns());
	fflush(stdout);
}

static void run(const char *what, const char *address, uint16_t port, uint32_t a, uint32_t b)
{
	struct target target = parse_target(address, port);
	uint64_t *samples = calloc((a > b ? a : b) + 1, sizeof(*samples));

	if (!samples)
		die("memory");
	if (!strcmp(what, "connect"))
		measure_connect(&target, port, (uint16_t)a, b, samples);
	else if (!strcmp(what, "tcp"))
		measure_requests(&target, SOCK_STREAM, port, a, samples);
	else if (!strcmp(what, "udp"))
		measure_requests(&target, SOCK_DGRAM, port, a, samples);
	else if (!strcmp(what, "stream"))
		measure_stream(&target, port, a);
	else if (!strcmp(what, "until"))
		wait_until_accepted(&target, a);
	else
		errno = EINVAL, die(what);
	free(samples);
}

void client(FILE *commands)
{
	char line[256], what[16], address[64];
	unsigned port, a, b;

	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), commands)) {
		b = 0;
		if (sscanf(line, "%15s %63s %u %u %u", what, address, &port, &a, &b) < 4)
			errno = EINVAL, die(line);
		run(what, address, (uint16_t)port, a, b);
	}
}
