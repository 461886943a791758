/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protection against descriptors that clients send (SCM_RIGHTS). The server uses none, and closing
 * the last reference to one may block for as long as the sender likes (SO_LINGER).
 */
#ifndef USER_SERVER_CLIENT_FDS_H
#define USER_SERVER_CLIENT_FDS_H

#include <stdbool.h>

/*
 * Makes the kernel refuse descriptors on all connections that a listening socket accepts from now
 * on. Needs Linux 6.16; no effect before.
 */
void client_fds_refuse(int listening_fd);

/* Closes a connection with its unread data, in a thread if it may carry descriptors. */
void client_fds_close(int fd);

/* Returns whether so many threads are closing connections that the server should accept no more. */
bool client_fds_many_closing(void);

#endif
