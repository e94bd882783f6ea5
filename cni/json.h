/* SPDX-License-Identifier: Apache-2.0 */
/* Just enough JSON (RFC 8259): check a whole document, pick strings and integers of its top level, write strings. */
#pragma once
#include "buffer.h"

struct json_field {
	const char *key;
	char *text;     /* set to a malloc'd string when the value is one; escapes are decoded */
	int64_t number; /* set when the value is a non-negative integer, else -1 */
};

/*
 * Checks that `data` is one JSON object and nothing else, in valid UTF-8, and fills `fields` from its top level (the last
 * of equal keys counts, as it does for the agent). Returns NULL, or what is wrong; *at is then the offset.
 */
const char *json_read(const char *data, size_t length, struct json_field *fields, int count, size_t *at);

/* Appends `text` as a JSON string; bytes that are not UTF-8 become U+FFFD. */
void json_string(struct buffer *b, const char *text);
