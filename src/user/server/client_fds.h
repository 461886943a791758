/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Descriptors that clients send (SCM_RIGHTS). The server wants none: whoever closes one that nobody
 * else has may wait for as long as its sender likes (SO_LINGER).
 */
#ifndef USER_SERVER_CLIENT_FDS_H
#define USER_SERVER_CLIENT_FDS_H

#include <stdbool.h>

/*
 * Lets the kernel refuse them, at the connections that a listening socket gets from now on. Since
 * Linux 6.16.
 */
void client_fds_refuse(int listening_fd);

/*
 * Closes a connection and what lies in it unread: in a thread of its own where that may bring
 * descriptors.
 */
void client_fds_close(int fd);

/* Are so many threads closing that there should not be more connections? */
bool client_fds_many_closing(void);

#endif
