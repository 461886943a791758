/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The service manager's protocol for `procsieve serve`, as in sd_notify(3), sd_watchdog_enabled(3)
 * and sd_listen_fds(3), without libsystemd: environment variables, and datagrams to the socket in
 * $NOTIFY_SOCKET. Without these variables nothing happens.
 */
#ifndef USER_SERVER_SERVICE_MANAGER_H
#define USER_SERVER_SERVICE_MANAGER_H

#include <stdint.h>

#include "base/reason.h"

/*
 * Sends a state of lines such as "READY=1", "STATUS=3 listeners" or "WATCHDOG=1". Returns 0, also
 * if $NOTIFY_SOCKET is not set, or -errno: -EAFNOSUPPORT if the address is neither a path nor
 * abstract, -E2BIG if it is too long.
 */
int service_manager_send(const char *state);

/*
 * Returns the time within which the manager expects each "WATCHDOG=1"; send one after half of it.
 * Returns 0 if the manager expects none from this process or the variables are invalid.
 */
uint64_t service_manager_watchdog_ns(void);

/*
 * Takes over a socket that the manager passed. Sets *fd to it, or to -1 if there is none. The
 * socket is listening, of type SOCK_SEQPACKET in AF_UNIX, and closed on exec; O_NONBLOCK is not
 * changed. Anything else passed is refused with -EIO and *why (status 1). Unsets the variables, so
 * that children do not use them: only the first call finds the socket.
 */
int service_manager_listen_fd(int *fd, struct reason *why);

#endif
