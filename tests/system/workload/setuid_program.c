// SPDX-License-Identifier: GPL-2.0-or-later
/* Set-user-ID programs; see setuid_program.h. */
#include "workload/setuid_program.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "harness/run_tool.h"

#define NAME "/procsieve-suid-XXXXXX"

/* Returns whether all users can enter the directory. */
static bool is_open(const char *directory)
{
	char path[PATH_MAX];
	struct stat stat;

	snprintf(path, sizeof(path), "%s", directory);
	while (*path) {
		if (lstat(path, &stat) || !(stat.st_mode & S_IXOTH))
			return false;
		*strrchr(path, '/') = '\0';
	}
	return true;
}

static bool honours_set_uid_bits(const char *directory)
{
	struct statvfs system;

	return !statvfs(directory, &system) && !(system.f_flag & (ST_NOSUID | ST_NOEXEC));
}

/* The directory of the test program. */
static void find_own(char *directory, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", directory, size - 1);

	assert_true(length > 0);
	directory[length] = '\0';
	*strrchr(directory, '/') = '\0';
}

/* A directory for such programs; NULL if there is none. */
static const char *find_directory(void)
{
	static char own[PATH_MAX - sizeof(NAME)];
	const char *places[] = {"/tmp", "/var/tmp", own};

	find_own(own, sizeof(own));
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (honours_set_uid_bits(places[i]) && is_open(places[i]))
			return places[i];
	return NULL;
}

static void copy(const char *program, int to)
{
	int from = open(program, O_RDONLY | O_CLOEXEC);

	assert_true(from >= 0);
	while (sendfile(to, from, NULL, 1 << 20) > 0)
		;
	close(from);
}

bool setuid_program_create(char path[PATH_MAX], uid_t uid, gid_t gid, mode_t mode)
{
	return setuid_program_copy("/bin/true", path, uid, gid, mode);
}

bool setuid_program_copy(const char *program, char path[PATH_MAX], uid_t uid, gid_t gid,
			 mode_t mode)
{
	const char *place = find_directory();
	int fd;

	if (!place)
		return false;
	snprintf(path, PATH_MAX, "%s" NAME, place);
	fd = mkostemp(path, O_CLOEXEC);
	assert_true(fd >= 0);
	copy(program, fd);
	/* A change of owner clears the set-user-ID bits, so the mode is set after it. */
	assert_int_equal(fchown(fd, uid, gid) | fchmod(fd, mode), 0);
	close(fd);
	return true;
}
