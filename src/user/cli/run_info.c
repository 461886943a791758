// SPDX-License-Identifier: GPL-2.0-or-later
/* Collects data about a run; see run_info.h. */
#include "cli/run_info.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

/*
 * Joins the arguments of a command line. Returns a string that the caller frees, or NULL if memory
 * is short.
 */
static char *join_arguments(int argc, char **argv)
{
	size_t size = 1;
	char *text, *end;

	for (int i = 0; i < argc; i++)
		size += strlen(argv[i]) + 1;
	text = end = calloc(1, size);
	for (int i = 0; text && i < argc; i++) {
		if (i)
			*end++ = ' ';
		end = stpcpy(end, argv[i]);
	}
	return text;
}

static void read_boot_id(char *id, size_t size)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (!file || !fgets(id, size, file))
		*id = '\0';
	id[strcspn(id, "\n")] = '\0';
	if (file)
		fclose(file);
}

/*
 * Makes a random UUID (version 4), or "" if the kernel provides no random bytes. The id is not
 * secret, so it does not wait for the kernel to gather entropy.
 */
static void generate_run_id(char id[static 37])
{
	unsigned char bytes[16] = {0};
	char *end = id;

	*id = '\0';
	if (getrandom(bytes, sizeof(bytes), GRND_INSECURE) != sizeof(bytes))
		return;
	bytes[6] = (bytes[6] & 0x0f) | 0x40;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	for (size_t i = 0; i < sizeof(bytes); i++)
		end += sprintf(end, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			       bytes[i]);
}

static bool use_color(const struct common_options *options, int fd)
{
	const char *no_color = getenv("NO_COLOR");

	if (options->color != COLOR_AUTO)
		return options->color == COLOR_ALWAYS;
	return isatty(fd) && !(no_color && *no_color);
}

static size_t terminal_width(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) ? 0 : size.ws_col;
}

/* Returns the memory of the machine, as MemTotal of /proc/meminfo; 0 if it is not known. */
static uint64_t memory_kb(void)
{
	struct sysinfo info;

	return sysinfo(&info) ? 0 : (uint64_t)info.totalram * info.mem_unit / 1024;
}

void run_info_get(struct run_info *info, int argc, char **argv)
{
	uname(&info->kernel);
	read_boot_id(info->boot_id, sizeof(info->boot_id));
	generate_run_id(info->run_id);
	info->command_line = join_arguments(argc, argv);
}

void run_info_clear(struct run_info *info)
{
	free(info->command_line);
}

struct run run_from_info(const struct run_info *info, const struct common_options *options, int fd)
{
	return (struct run){
		.version = PROCSIEVE_VERSION,
		.kernel = info->kernel.release,
		.host = info->kernel.nodename,
		.boot_id = info->boot_id,
		.run_id = info->run_id,
		.filter = info->command_line ? info->command_line : "",
		.hooks = "",
		.clock_offset_ns = clock_ns(CLOCK_REALTIME) - clock_boot_ns(),
		.max_line = options->max_line,
		.with = options->with,
		.layout = &options->layout,
		.time = options->time,
		.width = options->wide ? 0 : terminal_width(fd),
		.memory_kb = memory_kb(),
		.no_header = options->no_header,
		.color = use_color(options, fd),
	};
}
