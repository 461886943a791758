/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs procsieve with a terminal as its standard output. */
#ifndef TESTS_SYSTEM_HARNESS_RUN_TERMINAL_H
#define TESTS_SYSTEM_HARNESS_RUN_TERMINAL_H

#include "harness/run_tool.h"

/*
 * Runs the tool on a pseudo terminal of so many columns until it ends; it must exit with 0. Returns
 * what it wrote to the terminal, without carriage returns. The caller frees it.
 */
char *terminal_run(const char *const *words, unsigned short columns);

/* The number of characters in a line, which ends at a newline or at the end of the text. */
size_t terminal_columns(const char *line);

#endif
