// SPDX-License-Identifier: Apache-2.0
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int make_directories(const char *directory)
{
	char path[PATH_MAX];

	if (strlen(directory) >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(path, directory);
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			return -1;
		*slash = '/';
	}
	return mkdir(path, 0700) && errno != EEXIST ? -1 : 0;
}

static int write_all(int fd, const char *data, size_t length)
{
	while (length) {
		ssize_t n = write(fd, data, length);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0) {
			data += n;
			length -= n;
		}
	}
	return fsync(fd);
}

static int replace(int directory, const char *temporary, const char *name, const struct buffer *request)
{
	int fd = openat(directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), result, saved;

	if (fd < 0)
		return -1;
	result = write_all(fd, request->data, request->length);
	saved = errno;
	close(fd);
	if (!result && !renameat(directory, temporary, directory, name))
		return fsync(directory);
	if (!result)
		saved = errno;
	unlinkat(directory, temporary, 0);
	errno = saved;
	return -1;
}

int journal_write(const char *directory, const char *container, const char *ifname, const struct buffer *request,
		  struct buffer *why)
{
	char name[NAME_MAX + 1], temporary[64];
	int fd = -1, result = -1;

	/* A process id is unique among the writers of one boot; what an earlier boot left under it is stale. */
	snprintf(temporary, sizeof(temporary), ".%ld.tmp", (long)getpid());
	if (snprintf(name, sizeof(name), "%s:%s.json", container, ifname) >= (int)sizeof(name))
		errno = ENAMETOOLONG;
	else if (!make_directories(directory) && (fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0) {
		unlinkat(fd, temporary, 0);
		result = replace(fd, temporary, name, request);
	}
	if (result)
		buffer_format(why, "journal in %s: %s", directory, strerror(errno));
	if (fd >= 0)
		close(fd);
	return result;
}
