/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is the same for every record of a run (struct run), gathered where the run begins. */
#ifndef USER_CLI_RUN_INFO_H
#define USER_CLI_RUN_INFO_H

#include <sys/utsname.h>

#include "cli/common_options.h"

/* What a struct run points to. */
struct run_info {
	struct utsname kernel;
	char boot_id[64];
	char run_id[37]; /* a UUID */
	char *words;	 /* of the command line */
};

/* Gathers them, and makes up the id of the run. run_info_clear() frees what they hold. */
void run_info_get(struct run_info *facts, int argc, char **argv);
void run_info_clear(struct run_info *facts);

/* A run with these options that writes to `fd`; it points into the facts. Its hooks are none. */
struct run run_of(const struct run_info *facts, const struct common_options *options, int fd);

#endif
