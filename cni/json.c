// SPDX-License-Identifier: Apache-2.0
#include "json.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 128

struct reader {
	const unsigned char *at, *end;
	const char *error;
};

static int refuse(struct reader *r, const char *error)
{
	if (!r->error)
		r->error = error;
	return 0;
}

/* Length of the UTF-8 sequence at p, 0 when it is not one (overlong forms and surrogates included: RFC 3629 §3). */
static int utf8_length(const unsigned char *p, const unsigned char *end)
{
	unsigned char low = 0x80, high = 0xbf;
	int length;

	if (*p < 0x80)
		return 1;
	if (*p < 0xc2 || *p > 0xf4)
		return 0;
	length = *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
	if (*p == 0xe0)
		low = 0xa0;
	else if (*p == 0xed)
		high = 0x9f;
	else if (*p == 0xf0)
		low = 0x90;
	else if (*p == 0xf4)
		high = 0x8f;
	if (end - p < length || p[1] < low || p[1] > high)
		return 0;
	for (int i = 2; i < length; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return length;
}

static void space(struct reader *r)
{
	while (r->at < r->end && strchr(" \t\r\n", *r->at) && *r->at)
		r->at++;
}

static int next_is(struct reader *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return 0;
	r->at++;
	return 1;
}

static int hex4(struct reader *r, unsigned *value)
{
	*value = 0;
	for (int i = 0; i < 4; i++, r->at++) {
		unsigned char c = r->at < r->end ? *r->at : 0;

		if (!isxdigit(c))
			return refuse(r, "bad \\u escape");
		*value = *value * 16 + (unsigned)(isdigit(c) ? c - '0' : (c | 32) - 'a' + 10);
	}
	return 1;
}

static void put_rune(struct buffer *out, unsigned rune)
{
	char bytes[4];
	int n = 0;

	if (rune < 0x80) {
		bytes[n++] = rune;
	} else if (rune < 0x800) {
		bytes[n++] = 0xc0 | rune >> 6;
	} else if (rune < 0x10000) {
		bytes[n++] = 0xe0 | rune >> 12;
		bytes[n++] = 0x80 | (rune >> 6 & 0x3f);
	} else {
		bytes[n++] = 0xf0 | rune >> 18;
		bytes[n++] = 0x80 | (rune >> 12 & 0x3f);
		bytes[n++] = 0x80 | (rune >> 6 & 0x3f);
	}
	if (rune >= 0x80)
		bytes[n++] = 0x80 | (rune & 0x3f);
	buffer_append(out, bytes, n);
}

static int escape(struct reader *r, struct buffer *out)
{
	static const char letters[] = "\"\\/bfnrt", meaning[] = "\"\\/\b\f\n\r\t";
	unsigned rune, low;
	const char *letter;

	if (next_is(r, 'u')) {
		if (!hex4(r, &rune))
			return 0;
		if (rune >= 0xdc00 && rune <= 0xdfff)
			return refuse(r, "lone surrogate");
		if (rune >= 0xd800 && rune <= 0xdbff) {
			if (!next_is(r, '\\') || !next_is(r, 'u') || !hex4(r, &low) || low < 0xdc00 || low > 0xdfff)
				return refuse(r, "lone surrogate");
			rune = 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00);
		}
		put_rune(out, rune);
		return 1;
	}
	letter = r->at < r->end && *r->at ? strchr(letters, *r->at) : NULL;
	if (!letter)
		return refuse(r, "bad escape");
	r->at++;
	buffer_append(out, &meaning[letter - letters], 1);
	return 1;
}

/* Reads a string into `out` (emptied first). */
static int string(struct reader *r, struct buffer *out)
{
	out->length = 0;
	buffer_append(out, "", 0);
	if (!next_is(r, '"'))
		return refuse(r, "a string was expected");
	while (r->at < r->end) {
		int length;

		if (next_is(r, '"'))
			return 1;
		if (next_is(r, '\\')) {
			if (!escape(r, out))
				return 0;
			continue;
		}
		if (*r->at < 0x20)
			return refuse(r, "control character in a string");
		length = utf8_length(r->at, r->end);
		if (!length)
			return refuse(r, "not UTF-8");
		buffer_append(out, (const char *)r->at, length);
		r->at += length;
	}
	return refuse(r, "unterminated string");
}

static int digits(struct reader *r)
{
	const unsigned char *start = r->at;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
		r->at++;
	return r->at > start ? 1 : refuse(r, "bad number");
}

static int number(struct reader *r)
{
	next_is(r, '-');
	if (!next_is(r, '0') && !digits(r))
		return 0;
	if (next_is(r, '.') && !digits(r))
		return 0;
	if (next_is(r, 'e') || next_is(r, 'E')) {
		if (!next_is(r, '+'))
			next_is(r, '-');
		return digits(r);
	}
	return 1;
}

static int word(struct reader *r, const char *text)
{
	size_t length = strlen(text);

	if ((size_t)(r->end - r->at) < length || memcmp(r->at, text, length))
		return refuse(r, "a value was expected");
	r->at += length;
	return 1;
}

static int value(struct reader *r, struct buffer *scratch, int depth);

static int array(struct reader *r, struct buffer *scratch, int depth)
{
	space(r);
	if (next_is(r, ']'))
		return 1;
	do {
		if (!value(r, scratch, depth))
			return 0;
		space(r);
	} while (next_is(r, ','));
	return next_is(r, ']') ? 1 : refuse(r, "',' or ']' was expected");
}

static void keep(struct json_field *field, const unsigned char *start, struct reader *r, const struct buffer *scratch)
{
	free(field->text);
	field->text = NULL;
	field->number = -1;
	if (*start == '"' && !memchr(scratch->data, 0, scratch->length))
		field->text = strdup(scratch->data);
	else if (r->at - start <= 15 && strspn((const char *)start, "0123456789") == (size_t)(r->at - start))
		field->number = strtoll((const char *)start, NULL, 10);
}

static int object(struct reader *r, struct buffer *scratch, int depth, struct json_field *fields, int count)
{
	space(r);
	if (next_is(r, '}'))
		return 1;
	do {
		struct json_field *field = NULL;
		const unsigned char *start;

		space(r);
		if (!string(r, scratch))
			return 0;
		for (int i = 0; i < count; i++)
			if (!strcmp(scratch->data, fields[i].key))
				field = &fields[i];
		space(r);
		if (!next_is(r, ':'))
			return refuse(r, "':' was expected");
		space(r);
		start = r->at;
		if (!value(r, scratch, depth))
			return 0;
		if (field)
			keep(field, start, r, scratch);
		space(r);
	} while (next_is(r, ','));
	return next_is(r, '}') ? 1 : refuse(r, "',' or '}' was expected");
}

static int value(struct reader *r, struct buffer *scratch, int depth)
{
	space(r);
	if (depth == MAX_DEPTH)
		return refuse(r, "nested too deeply");
	if (r->at == r->end)
		return refuse(r, "a value was expected");
	switch (*r->at) {
	case '{':
		r->at++;
		return object(r, scratch, depth + 1, NULL, 0);
	case '[':
		r->at++;
		return array(r, scratch, depth + 1);
	case '"':
		return string(r, scratch);
	case 't':
		return word(r, "true");
	case 'f':
		return word(r, "false");
	case 'n':
		return word(r, "null");
	default:
		return number(r);
	}
}

const char *json_read(const char *data, size_t length, struct json_field *fields, int count, size_t *at)
{
	struct reader r = {.at = (const unsigned char *)data, .end = (const unsigned char *)data + length};
	struct buffer scratch = {};

	space(&r);
	if (!next_is(&r, '{')) {
		refuse(&r, "a JSON object was expected");
	} else if (object(&r, &scratch, 1, fields, count)) {
		space(&r);
		if (r.at < r.end)
			refuse(&r, "text after the object");
	}
	*at = r.at - (const unsigned char *)data;
	free(scratch.data);
	return r.error;
}

void json_string(struct buffer *b, const char *text)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + strlen(text);

	buffer_text(b, "\"");
	while (p < end) {
		int length = utf8_length(p, end);

		if (!length) {
			buffer_text(b, "\xef\xbf\xbd");
			length = 1;
		} else if (*p == '"' || *p == '\\') {
			buffer_format(b, "\\%c", *p);
		} else if (*p < 0x20) {
			buffer_format(b, "\\u%04x", *p);
		} else {
			buffer_append(b, (const char *)p, length);
		}
		p += length;
	}
	buffer_text(b, "\"");
}
