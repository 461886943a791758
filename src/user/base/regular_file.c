// SPDX-License-Identifier: GPL-2.0-or-later
/* Opens regular files only; see regular_file.h. */
#include "base/regular_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Returns whether reading the file cannot block: a regular file, or /dev/null. */
static bool is_allowed(const struct stat *status)
{
	return S_ISREG(status->st_mode) ||
	       (S_ISCHR(status->st_mode) && status->st_rdev == makedev(1, 3));
}

FILE *regular_file_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), err = ENODEV;
	struct stat status;
	FILE *file = NULL;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &status)) {
		err = errno;
	} else if (is_allowed(&status)) {
		file = fdopen(fd, "r");
		err = errno;
	}
	if (file)
		return file;
	close(fd);
	errno = err;
	return NULL;
}
