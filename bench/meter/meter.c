// SPDX-License-Identifier: Apache-2.0
/*
 * The measuring loops of `make bench`, in C so that what is measured is the
 * network and not a runtime:
 *
 *   meter [-c CPU] [-r] serve PORT PORTS SINK    answers, until it is killed
 *   meter [-c CPU] [-r] client                   measures what stdin asks for, a line each
 *   meter [-c CPU] [-r] steady …                 packets at a steady rate and long connections
 *   meter burst …                                calls of a CNI plugin, alone or many at once
 *
 * -c pins to a processor, -r asks for SCHED_FIFO, so that whatever else runs on
 * the machine does not stand between a packet and its answer.
 */
#define _GNU_SOURCE
#include "meter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void die(const char *what)
{
	fprintf(stderr, "meter: %s: %s\n", what, strerror(errno));
	exit(1);
}

struct target parse_target(const char *text, uint16_t port)
{
	struct target target = { .count = 1 };
	struct sockaddr_in *v4 = (struct sockaddr_in *)&target.address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&target.address;
	char copy[64], *slash;

	snprintf(copy, sizeof(copy), "%s", text);
	slash = strchr(copy, '/');
	if (slash) {
		*slash = 0;
		target.count = (uint32_t)atoi(slash + 1);
	}
	if (inet_pton(AF_INET, copy, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		target.length = sizeof(*v4);
	} else if (target.count == 1 && inet_pton(AF_INET6, copy, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		target.length = sizeof(*v6);
	} else {
		errno = EINVAL;
		die(text);
	}
	return target;
}

struct sockaddr_storage nth(const struct target *target, uint32_t i)
{
	struct sockaddr_storage address = target->address;
	struct sockaddr_in *v4 = (struct sockaddr_in *)&address;

	if (target->count > 1)
		v4->sin_addr.s_addr = htonl(ntohl(v4->sin_addr.s_addr) + i % target->count);
	return address;
}

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void report(uint64_t *samples, size_t n)
{
	uint64_t sum = 0;

	qsort(samples, n, sizeof(*samples), ascending);
	for (size_t i = 0; i < n; i++)
		sum += samples[i];
	printf("%zu %lu %lu %lu\n", n, samples[n / 2], samples[n * 99 / 100], sum / n);
	fflush(stdout);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("pin");
}

static void ask_for_fifo(void)
{
	struct sched_param priority = { .sched_priority = 1 };

	/* A container without the right measures as well, only noisier. */
	if (sched_setscheduler(0, SCHED_FIFO, &priority))
		fprintf(stderr, "meter: no SCHED_FIFO: %s\n", strerror(errno));
}

int main(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "+c:r")) != -1) {
		if (option == 'c')
			pin(atoi(optarg));
		else if (option == 'r')
			ask_for_fifo();
		else
			return 2;
	}
	argc -= optind;
	argv += optind;
	mlockall(MCL_CURRENT);
	if (argc == 4 && !strcmp(argv[0], "serve"))
		return serve((uint16_t)atoi(argv[1]), (uint16_t)atoi(argv[2]), (uint16_t)atoi(argv[3]));
	if (argc == 1 && !strcmp(argv[0], "client"))
		return client(stdin), 0;
	if (argc > 1 && !strcmp(argv[0], "steady"))
		return steady(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[0], "burst"))
		return burst(argc - 1, argv + 1);
	fprintf(stderr, "usage: meter [-c CPU] [-r] serve PORT PORTS SINK | client | steady … | burst …\n");
	return 2;
}
