/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The service manager's protocol, by sd_notify(3), sd_watchdog_enabled(3) and sd_listen_fds(3),
 * without its library: variables of the environment, and datagrams to the socket that one of them
 * names. For `procsieve serve`. Where nobody has set the variables nothing happens.
 */
#ifndef USER_SERVER_SD_NOTIFY_H
#define USER_SERVER_SD_NOTIFY_H

#include <stdint.h>

#include "base/reason.h"

/*
 * Tells the state, lines as "READY=1", "STATUS=3 listeners" or "WATCHDOG=1". Returns 0, also
 * where nobody has asked, or -errno; -EAFNOSUPPORT is an address that is neither a path nor
 * abstract, -E2BIG one that is too long.
 */
int sd_notify_send(const char *state);

/*
 * Within which time "WATCHDOG=1" is expected, again and again; half of it is a good interval.
 * 0: nobody expects it of this process, or what is asked cannot be read.
 */
uint64_t sd_notify_watchdog_ns(void);

/*
 * Takes the socket that was handed over, if any: *fd becomes its number, or -1 where there is
 * none. It listens, is of type SOCK_SEQPACKET in AF_UNIX, and is closed on exec; whether it
 * blocks is as it came. Anything else that was handed over is refused: -EIO and *why (status 1).
 * The variables are gone afterwards, so that children do not take them for theirs: the first call
 * alone finds the socket.
 */
int sd_notify_listen_fd(int *fd, struct reason *why);

#endif
