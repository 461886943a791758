/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening files that an administrator may have replaced by anything. */
#ifndef USER_BASE_REGULAR_FILE_H
#define USER_BASE_REGULAR_FILE_H

#include <stdio.h>

/*
 * Opens a file for reading if it is a regular one, and without waiting for the other end of a FIFO.
 * Returns NULL with errno of open(2), or ENODEV where it is of another kind. The caller closes it.
 */
FILE *regular_file_open(const char *path);

#endif
