// SPDX-License-Identifier: Apache-2.0
/* What the parts of the meter share. Times are nanoseconds of CLOCK_MONOTONIC. */
#ifndef STRAUM_BENCH_METER_H
#define STRAUM_BENCH_METER_H

#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>

struct target {
	struct sockaddr_storage address; /* the first of `count` consecutive ones */
	socklen_t length;
	uint32_t count;
};

uint64_t now_ns(void);

/* Ends the program with errno's text: a figure of a broken run is worth nothing. */
_Noreturn void die(const char *what);

/* "10.0.0.1", "fd00::1" or, of `count` consecutive IPv4 addresses, "10.96.0.10/1000". */
struct target parse_target(const char *text, uint16_t port);

/* The i-th address of the target. */
struct sockaddr_storage nth(const struct target *target, uint32_t i);

/* Sorts the samples and prints one line: "n p50 p99 mean", times in nanoseconds. */
void report(uint64_t *samples, size_t n);

int serve(uint16_t port, uint16_t ports, uint16_t sink);
void client(FILE *commands);
int steady(int argc, char **argv);
int burst(int argc, char **argv);

#endif
