/* SPDX-License-Identifier: Apache-2.0 */
/* A growing byte buffer. Running out of memory ends the program with a CNI error (code 5), so callers need no checks. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct buffer {
	char *data;
	size_t length, capacity;
};

/* Makes room for `extra` more bytes and returns where they go; the caller adds what it used to `length`. */
char *buffer_reserve(struct buffer *b, size_t extra);
void buffer_append(struct buffer *b, const char *data, size_t length);
void buffer_text(struct buffer *b, const char *text);
void buffer_format(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Milliseconds of the monotonic clock: the unit and origin of every deadline here. */
int64_t now_ms(void);
