// SPDX-License-Identifier: Apache-2.0
#include "agent.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define RETRY_MS 20
#define MAX_REPLY (16u << 20)

static int because(struct buffer *why, const char *what, const char *path)
{
	buffer_format(why, "%s %s: %s", what, path, strerror(errno));
	return -1;
}

/* Waits for the socket to be ready; 0 at the deadline. */
static int ready(int fd, short events, int64_t deadline)
{
	struct pollfd p = {.fd = fd, .events = events};

	for (;;) {
		int64_t left = deadline - now_ms();
		int n = left <= 0 ? 0 : poll(&p, 1, left > 60000 ? 60000 : (int)left);

		if (n > 0)
			return 1;
		if (n < 0 && errno != EINTR)
			return 1; /* the transfer itself reports the fault */
		if (left <= 0) {
			errno = ETIMEDOUT;
			return 0;
		}
	}
}

static int dial(const char *path, int64_t connect_until, int64_t deadline, struct buffer *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return because(why, "connect", path);
	}
	strcpy(address.sun_path, path);
	for (;;) {
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		int64_t left = deadline - now_ms();
		struct timeval limit = {.tv_sec = left / 1000, .tv_usec = left % 1000 * 1000 + 1};

		if (fd < 0)
			return because(why, "socket for", path);
		if (left <= 0)
			limit = (struct timeval){.tv_usec = 1};
		/* connect on a Unix socket waits for room in the backlog; the send timeout bounds that wait (unix(7)). */
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
		if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
			return fd;
		because(why, "connect", path);
		close(fd);
		if ((errno != ENOENT && errno != ECONNREFUSED && errno != EAGAIN && errno != EINTR) ||
		    now_ms() + RETRY_MS > connect_until)
			return -1;
		why->length = 0;
		usleep(RETRY_MS * 1000);
	}
}

static int send_all(int fd, const char *data, size_t length, int64_t deadline)
{
	while (length) {
		ssize_t n;

		if (!ready(fd, POLLOUT, deadline))
			return -1;
		n = send(fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -1;
		if (n > 0) {
			data += n;
			length -= n;
		}
	}
	return 0;
}

/* The value of a header, or NULL. `head` ends with an empty line and is NUL-terminated. */
static const char *header(const char *head, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = strstr(head, "\r\n"); line; line = strstr(line, "\r\n")) {
		line += 2;
		if (!strncasecmp(line, name, length) && line[length] == ':')
			return line + length + 1;
	}
	return NULL;
}

/* The header as a number from 0 to `limit`, or -1. */
static long header_number(const char *head, const char *name, long limit)
{
	const char *text = header(head, name);
	char *end;
	long n;

	if (!text)
		return -1;
	errno = 0;
	n = strtol(text, &end, 10);
	return errno || end == text || *end != '\r' || n < 0 || n > limit ? -1 : n;
}

static int receive(int fd, int64_t deadline, struct reply *reply, struct buffer *why)
{
	struct buffer in = {};
	size_t head = 0;
	long body = -1, code;

	for (;;) {
		ssize_t n;
		char *end;

		if (head && in.length >= head + body)
			break;
		if (!ready(fd, POLLIN, deadline))
			return because(why, "waiting for", "the agent's answer");
		n = recv(fd, buffer_reserve(&in, 65536), 65535, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0) {
			errno = n ? errno : EPIPE;
			return because(why, "reading", "the agent's answer");
		}
		in.length += n;
		in.data[in.length] = '\0';
		if (!head && (end = strstr(in.data, "\r\n\r\n"))) {
			head = end + 4 - in.data;
			end[2] = '\0'; /* keeps the last header's CR LF, and ends the head for header() */
			if (strncmp(in.data, "HTTP/1.1 200 ", 13)) {
				buffer_format(why, "the agent answered %.40s", strtok(in.data, "\r\n"));
				return -1;
			}
			body = header_number(in.data, "Content-Length", MAX_REPLY);
			if (body < 0) {
				buffer_text(why, "the agent's answer has no usable Content-Length");
				return -1;
			}
		}
		if (!head && in.length > 65536) {
			buffer_text(why, "the agent's answer does not end its headers");
			return -1;
		}
	}
	code = header_number(in.data, "X-Cni-Exit", 1);
	if (code < 0) {
		buffer_text(why, "the agent's answer has no usable X-Cni-Exit");
		return -1;
	}
	reply->exit_code = (int)code;
	buffer_append(&reply->body, in.data + head, body);
	free(in.data);
	return 0;
}

int agent_post(const char *socket_path, const struct buffer *request, int64_t connect_until, int64_t deadline,
	       struct reply *reply, struct buffer *why)
{
	int fd = dial(socket_path, connect_until, deadline, why), result = -1;
	struct buffer head = {};

	if (fd < 0)
		return -1;
	buffer_format(&head,
		      "POST /cni HTTP/1.1\r\nHost: straum\r\nContent-Type: application/json\r\n"
		      "Content-Length: %zu\r\nConnection: close\r\n\r\n",
		      request->length);
	/* An agent that refuses early still answers: a failed send is only reported when no answer comes. */
	if (send_all(fd, head.data, head.length, deadline) || send_all(fd, request->data, request->length, deadline)) {
		because(why, "writing to", socket_path);
		if (errno == EPIPE || errno == ECONNRESET) {
			struct buffer ignored = {};

			result = receive(fd, deadline, reply, &ignored);
		}
	} else {
		result = receive(fd, deadline, reply, why);
	}
	close(fd);
	return result;
}
