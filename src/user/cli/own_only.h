/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Explains an empty output to a user that may see only its own processes. */
#ifndef USER_CLI_OWN_ONLY_H
#define USER_CLI_OWN_ONLY_H

#include "cli/common_options.h"

/*
 * Prints a line if --user lists only other users and the server restricts this one to its own
 * processes. Called after a listener or a snapshot was opened.
 */
void own_only_explain(const struct common_options *options);

#endif
