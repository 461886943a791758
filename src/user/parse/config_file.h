/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads configuration files. Each setting is one line "name = value" with the name of a long
 * option. An option without a value is set with "name = yes" or "name = no". Empty lines, and lines
 * that begin with "#", are ignored. White space around names and values is ignored. A "#" later in
 * a line is part of the value.
 */
#ifndef USER_PARSE_CONFIG_FILE_H
#define USER_PARSE_CONFIG_FILE_H

#include <stdbool.h>

#include "base/reason.h"

/* Maximum size of a line in bytes, without the newline. */
#define CONFIG_LINE_MAX 4096

/*
 * Handles one setting. A name may occur several times; the function decides whether a later value
 * adds to or replaces an earlier one. Both strings are valid only during the call. Returns 0, or
 * what reason_set() returned. config_read() prefixes the reason with file and line.
 */
typedef int config_setter(void *context, const char *name, const char *value, struct reason *why);

/*
 * Passes the settings of the file to `set`, then those of every "*.conf" in the directory PATH.d,
 * in byte order of their names. Hidden files are ignored. Stops at the first setting that is
 * refused. A missing file or directory is not an error. Returns 0; -EINVAL (exit status 2) if the
 * contents are wrong; -EIO (exit status 1) if something cannot be read.
 */
int config_read(const char *path, config_setter *set, void *context, struct reason *why);

/*
 * Parses the value of an option that has no argument: "yes" or "no". For use in a config_setter;
 * returns 0, or what reason_set() returned.
 */
int config_flag(const char *name, const char *value, bool *flag, struct reason *why);

#endif
