/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data that is the same for every record of a run (struct run), collected at its start. */
#ifndef USER_CLI_RUN_INFO_H
#define USER_CLI_RUN_INFO_H

#include <sys/utsname.h>

#include "cli/common_options.h"

/* The strings that a struct run points to. */
struct run_info {
	struct utsname kernel;
	char boot_id[64];
	char run_id[37]; /* a UUID */
	char *command_line;
};

/* Collects the data and makes the run id. run_info_clear() frees it. */
void run_info_get(struct run_info *info, int argc, char **argv);
void run_info_clear(struct run_info *info);

/*
 * Returns a run with these options that writes to `fd`. It points into `info` and `options`.
 * Its list of hooks is empty.
 */
struct run run_from_info(const struct run_info *info, const struct common_options *options, int fd);

#endif
