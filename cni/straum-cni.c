// SPDX-License-Identifier: Apache-2.0
/*
 * The CNI plugin of Straum: hands one call to the agent and prints the answer. It decides nothing itself except what has
 * to work while the agent is down: VERSION, and a DEL, which is journalled for the agent to finish.
 *
 * stdout carries exactly one JSON object or nothing; see docs/reference/cni.md.
 */
#include "agent.h"
#include "cni.h"
#include "journal.h"
#include "json.h"
#include "probe.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_SOCKET "/run/straum/agent.sock"
#define DEFAULT_JOURNAL "/var/lib/straum/cni/pending"
#define DEFAULT_TIMEOUT_MS 30000
#define CONNECT_MS 3000        /* long enough for an agent that is being replaced */
#define STATUS_TIMEOUT_MS 2000 /* runtimes ask for the status all the time and wait for it */
#define MAX_CONFIG (16u << 20)
#define MAX_CONTAINER 200 /* the journal names a file after it */
#define MAX_IFNAME 15     /* IFNAMSIZ - 1 */

const char *error_version = "1.1.0";

static void print_and_exit(const struct buffer *out, int code)
{
	for (size_t done = 0; done < out->length;) {
		ssize_t n = write(STDOUT_FILENO, out->data + done, out->length - done);

		if (n < 0 && errno != EINTR)
			exit(1);
		done += n > 0 ? n : 0;
	}
	exit(code);
}

_Noreturn void fail(enum cni_code code, const char *message, const char *details)
{
	struct buffer out = {};

	buffer_text(&out, "{\"cniVersion\":");
	json_string(&out, error_version);
	buffer_format(&out, ",\"code\":%d,\"msg\":", code);
	json_string(&out, message);
	buffer_text(&out, ",\"details\":");
	json_string(&out, details);
	buffer_text(&out, "}\n");
	print_and_exit(&out, 1);
	__builtin_unreachable();
}

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static int one_of(const char *command, const char *list)
{
	const char *found = *command && !strchr(command, ' ') ? strstr(list, command) : NULL;
	size_t length = strlen(command);

	return found && (found == list || found[-1] == ' ') && (!found[length] || found[length] == ' ');
}

/* SPEC.md §1 "name" and §2 CNI_CONTAINERID: an alphanumeric, then alphanumerics, '_', '.' and '-'. */
static int valid_name(const char *text)
{
	if (!isalnum((unsigned char)*text))
		return 0;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("_.-", *text))
			return 0;
	return 1;
}

/* What the kernel accepts as a device name (dev_valid_name). */
static int valid_ifname(const char *text)
{
	if (!*text || strlen(text) > MAX_IFNAME || !strcmp(text, ".") || !strcmp(text, ".."))
		return 0;
	for (; *text; text++)
		if (*text == '/' || *text == ':' || isspace((unsigned char)*text))
			return 0;
	return 1;
}

static void read_environment(struct call *call)
{
	struct buffer missing = {};

	call->command = variable("CNI_COMMAND");
	call->container = variable("CNI_CONTAINERID");
	call->netns = variable("CNI_NETNS");
	call->ifname = variable("CNI_IFNAME");
	call->args = variable("CNI_ARGS");
	call->path = variable("CNI_PATH");
	if (!one_of(call->command, "ADD DEL CHECK GC STATUS VERSION"))
		fail(CNI_BAD_ENVIRONMENT, "CNI_COMMAND is not one of ADD, DEL, CHECK, GC, STATUS, VERSION", call->command);
	if (!one_of(call->command, "ADD DEL CHECK"))
		return;
	if (!*call->container)
		buffer_text(&missing, " CNI_CONTAINERID");
	if (!*call->ifname)
		buffer_text(&missing, " CNI_IFNAME");
	if (!*call->netns && strcmp(call->command, "DEL"))
		buffer_text(&missing, " CNI_NETNS");
	if (missing.length)
		fail(CNI_BAD_ENVIRONMENT, "required environment variables are missing", missing.data + 1);
	if (!valid_name(call->container) || strlen(call->container) > MAX_CONTAINER)
		fail(CNI_BAD_ENVIRONMENT, "CNI_CONTAINERID is not a valid container ID", call->container);
	if (!valid_ifname(call->ifname))
		fail(CNI_BAD_ENVIRONMENT, "CNI_IFNAME is not a valid interface name", call->ifname);
}

static void read_config(struct call *call)
{
	struct json_field fields[] = {{.key = "cniVersion"}, {.key = "name"}, {.key = "socket"},
				      {.key = "journalDir"}, {.key = "timeoutMs", .number = -1}};
	struct buffer *config = &call->config, where = {};
	const char *error;
	ssize_t n;
	size_t at;

	while ((n = read(STDIN_FILENO, buffer_reserve(config, 65536), 65536)) != 0) {
		if (n < 0 && errno != EINTR)
			fail(CNI_IO, "the network configuration cannot be read from stdin", strerror(errno));
		config->length += n > 0 ? n : 0;
		if (config->length > MAX_CONFIG)
			fail(CNI_BAD_CONFIG, "the network configuration is longer than 16 MiB", "");
	}
	error = json_read(config->data, config->length, fields, sizeof(fields) / sizeof(*fields), &at);
	call->version = fields[0].text;
	call->name = fields[1].text;
	call->socket = fields[2].text ? fields[2].text : DEFAULT_SOCKET;
	call->journal = fields[3].text ? fields[3].text : DEFAULT_JOURNAL;
	call->timeout_ms = fields[4].number > 0 ? fields[4].number : DEFAULT_TIMEOUT_MS;
	if (call->version)
		error_version = call->version;
	if (!strcmp(call->command, "VERSION"))
		return; /* answers whatever it is given */
	if (!config->length)
		fail(CNI_UNDECODABLE, "the network configuration on stdin is empty", "");
	if (error) {
		buffer_format(&where, "%s at byte %zu", error, at);
		fail(CNI_UNDECODABLE, "the network configuration cannot be decoded", where.data);
	}
	if (!call->name || !valid_name(call->name))
		fail(CNI_BAD_CONFIG, "the network configuration has no valid name", call->name ? call->name : "");
}

/* The body of POST /cni. The configuration goes in as it came: it was checked to be one whole JSON object. */
static struct buffer write_request(const struct call *call)
{
	const struct {
		const char *key, *value;
	} fields[] = {
		{"command", call->command}, {"containerId", call->container}, {"netns", call->netns},
		{"ifName", call->ifname},   {"args", call->args},	      {"path", call->path},
	};
	struct buffer out = {};

	buffer_text(&out, "{");
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		buffer_format(&out, "\"%s\":", fields[i].key);
		json_string(&out, fields[i].value);
		buffer_text(&out, ",");
	}
	buffer_text(&out, "\"config\":");
	buffer_append(&out, call->config.data, call->config.length);
	buffer_text(&out, "}");
	return out;
}

static _Noreturn void print_versions(void)
{
	struct buffer out = {};

	buffer_text(&out, "{\"cniVersion\":");
	json_string(&out, error_version);
	buffer_text(&out, ",\"supportedVersions\":[\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]}\n");
	print_and_exit(&out, 0);
	__builtin_unreachable();
}

int main(int argc, char **argv)
{
	struct call call = {};
	struct reply reply = {};
	struct buffer request, why = {};
	int64_t start = now_ms(), deadline, connect_until;
	int status, delete;

	signal(SIGPIPE, SIG_IGN);
	if (argc > 1)
		return probe(argc, argv);
	read_environment(&call);
	read_config(&call);
	if (!strcmp(call.command, "VERSION"))
		print_versions();

	status = !strcmp(call.command, "STATUS");
	delete = !strcmp(call.command, "DEL");
	deadline = start + (status && call.timeout_ms > STATUS_TIMEOUT_MS ? STATUS_TIMEOUT_MS : call.timeout_ms);
	/* Neither waits for an agent that is not there: STATUS is to say so, and DEL has its journal. */
	connect_until = status || delete ? start : start + CONNECT_MS;
	if (connect_until > deadline)
		connect_until = deadline;

	request = write_request(&call);
	if (!agent_post(call.socket, &request, connect_until, deadline, &reply, &why))
		print_and_exit(&reply.body, reply.exit_code);
	if (delete) {
		if (!journal_write(call.journal, call.container, call.ifname, &request, &why))
			return 0;
		fail(CNI_TRY_AGAIN, "the agent does not answer, and the deletion cannot be journalled", why.data);
	}
	if (status)
		fail(CNI_NOT_AVAILABLE, "the Straum agent is not running on this node", why.data);
	fail(CNI_TRY_AGAIN, "the Straum agent does not answer; try again later", why.data);
}
