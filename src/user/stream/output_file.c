// SPDX-License-Identifier: GPL-2.0-or-later
/* Files and commands that lines are written to; see output_file.h. */
#include "stream/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/inherited.h"
#include "base/quote.h"
#include "base/signals.h"

/* Interval between two attempts to open a FIFO that nobody has opened for reading. */
#define FIFO_RETRY_NS 20000000

/* Returns the standard descriptor that the target names, or -1. */
static int standard_descriptor(const struct output_target *target)
{
	if (!target->path)
		return target->default_fd;
	if (!strcmp(target->path, "-") || !strcmp(target->path, "/dev/stdout"))
		return STDOUT_FILENO;
	/* Opening it would fail if it is a socket, as it is in a systemd service. */
	return strcmp(target->path, "/dev/stderr") ? -1 : STDERR_FILENO;
}

/*
 * Opens a FIFO. open(2) blocks until there is a reader, and a signal that arrives just before would
 * not interrupt it.
 */
static int open_fifo(const struct output_target *target, struct reason *why)
{
	const struct timespec interval = {.tv_nsec = FIFO_RETRY_NS};
	uint64_t end = clock_ns(CLOCK_MONOTONIC) + target->wait_ns;
	int fd;

	while ((fd = open(target->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0 && errno == ENXIO) {
		if (signals_count() || (target->wait_ns && clock_ns(CLOCK_MONOTONIC) >= end))
			return reason_set(why, STATUS_FAILURE, "nobody opened the FIFO %s to read",
					  quote(target->path));
		nanosleep(&interval, NULL);
	}
	if (fd >= 0)
		fcntl(fd, F_SETFL, 0);
	return fd;
}

/* Returns a descriptor of the file, or -1 with errno. New files get exactly the target's mode. */
static int open_file(const struct output_target *target, int flags)
{
	mode_t mask = umask(0777 & ~target->mode);
	int fd = open(target->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | flags,
		      0666);

	umask(mask);
	return fd;
}

/*
 * A run that was killed, or whose disk was full, may have left an incomplete line. The next line
 * must not be appended to it.
 */
static void end_incomplete_line(const struct output *output)
{
	int fd = open(output->target->path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	char last = '\n';

	if (fd < 0)
		return;
	if (!fstat(fd, &status) && status.st_size > 0 &&
	    pread(fd, &last, 1, status.st_size - 1) == 1 && last != '\n' &&
	    write(output->fd, "\n", 1) < 0)
		fprintf(stderr, "procsieve: %s ends with an incomplete line: %s\n",
			quote(output->target->path), strerror(errno));
	close(fd);
}

/* Runs in the child that becomes the reader. */
static void run_reader(const char *command, int input)
{
	inherited_restore();
	signal(SIGPIPE, SIG_DFL);
	/* SIGINT from the terminal ends the run; the reader then gets the remaining lines. */
	signal(SIGINT, SIG_IGN);
	if (dup2(input, STDIN_FILENO) == STDIN_FILENO)
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	dprintf(STDERR_FILENO, "procsieve: cannot run /bin/sh: %s\n", strerror(errno));
	_exit(126);
}

static int start_reader(struct output *output, struct reason *why)
{
	const char *command = output->target->path + 1;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return reason_set(why, STATUS_FAILURE, "cannot make a pipe: %s", strerror(errno));
	output->reader = fork();
	if (!output->reader)
		run_reader(command, ends[0]);
	close(ends[0]);
	output->fd = ends[1];
	if (output->reader > 0)
		return 0;
	output->reader = 0;
	return reason_set(why, STATUS_FAILURE, "cannot fork: %s", strerror(errno));
}

int output_file_open(struct output *output, struct reason *why)
{
	const struct output_target *target = output->target;
	struct stat status;

	output->fd = standard_descriptor(target);
	if (output->fd >= 0)
		return 0;
	if (*target->path == '|')
		return start_reader(output, why);
	if (!stat(target->path, &status) && S_ISFIFO(status.st_mode)) {
		output->fd = open_fifo(target, why);
		return output->fd < 0 ? output->fd : 0;
	}
	output->fd = open_file(target, target->truncate ? O_TRUNC : 0);
	if (output->fd < 0)
		return reason_set(why, STATUS_FAILURE, "cannot write to %s: %s",
				  quote(target->path), strerror(errno));
	output->regular = !fstat(output->fd, &status) && S_ISREG(status.st_mode);
	if (target->rotate_size && !output->regular)
		return reason_set(why, STATUS_FAILURE, "cannot rotate %s: it is not a regular file",
				  quote(target->path));
	if (output->regular)
		end_incomplete_line(output);
	return 0;
}

/* Waits for the reader, unless another signal asks to end now. */
static int wait_for_reader(pid_t reader, struct reason *why)
{
	int status, signals = signals_count();
	pid_t got;

	do {
		got = waitpid(reader, &status, 0);
	} while (got < 0 && errno == EINTR && signals_count() == signals);
	if (got < 0)
		return reason_set(why, STATUS_FAILURE, "the command of -o has not ended");
	if (WIFSIGNALED(status))
		return reason_set(why, STATUS_FAILURE, "the command of -o was killed by signal %d",
				  WTERMSIG(status));
	if (WEXITSTATUS(status))
		return reason_set(why, STATUS_FAILURE, "the command of -o failed with status %d",
				  WEXITSTATUS(status));
	return 0;
}

int output_file_close(struct output *output, struct reason *why)
{
	if (output->fd > STDERR_FILENO)
		close(output->fd);
	return output->reader ? wait_for_reader(output->reader, why) : 0;
}

/*
 * Continues with a new file of the same name, or with the old one if that cannot be opened. Returns
 * whether it is a new one.
 */
static bool switch_file(struct output *output)
{
	int fd = open_file(output->target, 0);

	if (fd < 0) {
		fprintf(stderr, "procsieve: cannot reopen %s: %s; writing on to the old file\n",
			quote(output->target->path), strerror(errno));
		return false;
	}
	close(output->fd);
	output->fd = fd;
	return true;
}

void output_file_reopen(struct output *output)
{
	if (!output->regular)
		return;
	if (switch_file(output))
		end_incomplete_line(output);
}

/* Writes the name of rotated file `number`, where 0 is the file itself. Returns whether it fits. */
static bool rotated_name(const struct output *output, unsigned int number, char name[PATH_MAX])
{
	const char *path = output->target->path;
	int length = number ? snprintf(name, PATH_MAX, "%s.%u", path, number)
			    : snprintf(name, PATH_MAX, "%s", path);

	return length < PATH_MAX;
}

/* Renames FILE.1 to FILE.2 and so on, then FILE to FILE.1. The oldest one is replaced. */
static int rename_files(const struct output *output)
{
	char from[PATH_MAX], to[PATH_MAX];

	for (unsigned int number = output->target->keep; number; number--) {
		if (!rotated_name(output, number, to) || !rotated_name(output, number - 1, from))
			return -ENAMETOOLONG;
		/* There are fewer at first. */
		if (rename(from, to) && errno != ENOENT)
			return -errno;
	}
	return 0;
}

static void rotate(struct output *output)
{
	int err = rename_files(output);

	if (err) {
		fprintf(stderr, "procsieve: cannot rotate %s: %s; it grows on\n",
			quote(output->target->path), strerror(-err));
		output->rotation_failed = true;
	} else if (!switch_file(output)) {
		output->rotation_failed = true;
	}
}

/* Returns the size of the longest run of whole lines within `limit` bytes; 0 if none fits. */
static size_t whole_lines(const char *lines, size_t limit)
{
	const char *end = memrchr(lines, '\n', limit);

	return end ? end + 1 - lines : 0;
}

size_t output_file_room(struct output *output, const char *lines, size_t size)
{
	uint64_t limit = output->target->rotate_size;
	struct stat status;
	size_t fits = 0;

	/* Asked each time, because another process may truncate it. */
	if (!limit || output->rotation_failed || fstat(output->fd, &status))
		return size;
	if ((uint64_t)status.st_size < limit)
		fits = whole_lines(lines,
				   limit - status.st_size < size ? limit - status.st_size : size);
	if (fits)
		return fits;
	if (status.st_size)
		rotate(output);
	fits = whole_lines(lines, limit < size ? limit : size);
	/* A line that is longer than the limit has a file to itself. */
	return fits ? fits : (size_t)((char *)memchr(lines, '\n', size) + 1 - lines);
}
