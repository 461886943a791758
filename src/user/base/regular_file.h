/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens files that an administrator may have replaced by a device, FIFO or the like. */
#ifndef USER_BASE_REGULAR_FILE_H
#define USER_BASE_REGULAR_FILE_H

#include <stdio.h>

/*
 * Opens a regular file, or /dev/null, for reading. Does not block on a FIFO. Returns NULL with
 * errno set by open(2) or fstat(2), or with ENODEV if it is another kind of file. The caller closes
 * the file.
 */
FILE *regular_file_open(const char *path);

#endif
