/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration files. A setting has the name of a long option, and a line of its own:
 * "name = value", or "name = yes" and "name = no" for an option without a value. Lines that begin
 * with "#" are comments, empty ones do not count, blanks around names and values neither; a "#"
 * further on belongs to the value.
 */
#ifndef USER_PARSE_CONFIG_FILE_H
#define USER_PARSE_CONFIG_FILE_H

#include <stdbool.h>

#include "base/reason.h"

/* Bytes of a line, without its end. */
#define CONFIG_LINE_MAX 4096

/*
 * Takes a setting. A name may come again: whether that adds or replaces is decided here. Both
 * texts are gone after the call. Returns 0, or what reason_set() returned; the file and the line
 * are put in front of the reason.
 */
typedef int config_take(void *context, const char *name, const char *value, struct reason *why);

/*
 * Hands out the settings of the file, then those of every "*.conf" in the directory PATH.d, in
 * byte order of the names (hidden ones do not count), up to the first that is refused. A file or
 * a directory that is not there is none; all else that goes wrong is an error: -EINVAL (status 2)
 * for what is written there, -EIO (status 1) for what cannot be read.
 */
int config_read(const char *path, config_take *take, void *context, struct reason *why);

/* The value of an option without one: yes or no. For a config_take; returns as that does. */
int config_flag(const char *name, const char *value, bool *flag, struct reason *why);

#endif
