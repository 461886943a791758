/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the lines are written to: a standard descriptor, a file that can be reopened and rotated, or
 * a command that reads them. For output.c alone.
 */
#ifndef USER_STREAM_OUTPUT_FILE_H
#define USER_STREAM_OUTPUT_FILE_H

#include "stream/output.h"

/* Opens the target and sets output->fd. Returns 0, or what reason_set() returned. */
int output_file_open(struct output *output, struct reason *why);

/*
 * Closes what output_file_open() opened, and waits until a command that reads the lines has ended.
 * Returns 0, or what reason_set() returned if that command failed.
 */
int output_file_close(struct output *output, struct reason *why);

/* Opens the file again after a SIGHUP. Called at the start of a line. */
void output_file_reopen(struct output *output);

/*
 * Returns how many of the `size` bytes at `lines`, which start a line and contain a newline, may be
 * written to the file. Rotates the file first if the first line does not fit.
 */
size_t output_file_room(struct output *output, const char *lines, size_t size);

#endif
