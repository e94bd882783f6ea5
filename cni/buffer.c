// SPDX-License-Identifier: Apache-2.0
#include "buffer.h"
#include "cni.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

char *buffer_reserve(struct buffer *b, size_t extra)
{
	size_t need = b->length + extra;

	if (need > b->capacity) {
		size_t capacity = b->capacity ? b->capacity : 4096;

		while (capacity < need)
			capacity *= 2;
		b->data = realloc(b->data, capacity);
		if (!b->data)
			fail(CNI_IO, "out of memory", "");
		b->capacity = capacity;
	}
	return b->data + b->length;
}

void buffer_append(struct buffer *b, const char *data, size_t length)
{
	memcpy(buffer_reserve(b, length + 1), data, length);
	b->length += length;
	b->data[b->length] = '\0';
}

void buffer_text(struct buffer *b, const char *text)
{
	buffer_append(b, text, strlen(text));
}

void buffer_format(struct buffer *b, const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	buffer_text(b, line);
}

int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
