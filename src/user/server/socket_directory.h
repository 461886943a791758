/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directory of the server's socket, and the path that leads to it. */
#ifndef USER_SERVER_SOCKET_DIRECTORY_H
#define USER_SERVER_SOCKET_DIRECTORY_H

#include "base/reason.h"

/*
 * Opens the directory of the socket at `path`, which is absolute. Creates it if it is missing,
 * accessible to all users regardless of the umask; its parent must exist. Refuses a path that a
 * user other than root and this process's own can redirect to another directory, and a directory
 * in which such a user can create files. Returns 0 and a descriptor in *directory, or the result of
 * reason_set().
 */
int socket_directory_open(const char *path, int *directory, struct reason *why);

#endif
