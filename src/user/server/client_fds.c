// SPDX-License-Identifier: GPL-2.0-or-later
/* Descriptors that clients send; see client_fds.h. */
#include "server/client_fds.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif

#define CLOSING_MAX 64

static unsigned int closing; /* number of threads; atomic */

void client_fds_refuse(int listening_fd)
{
	const int off = 0;

	if (!getenv("PROCSIEVE_EMULATE_OLD_KERNEL"))
		setsockopt(listening_fd, SOL_SOCKET, SO_PASSRIGHTS, &off, sizeof(off));
}

/*
 * Returns whether the connection may carry descriptors: before Linux 6.16 always; since then only
 * if the client connected to the service manager's socket before the server started.
 */
static bool may_carry_fds(int fd)
{
	int on;
	socklen_t size = sizeof(on);

	return getsockopt(fd, SOL_SOCKET, SO_PASSRIGHTS, &on, &size) || on;
}

static void *close_in_thread(void *argument)
{
	close((int)(intptr_t)argument);
	__atomic_sub_fetch(&closing, 1, __ATOMIC_RELAXED);
	return NULL;
}

void client_fds_close(int fd)
{
	pthread_t thread;

	if (!may_carry_fds(fd)) {
		close(fd);
		return;
	}
	__atomic_add_fetch(&closing, 1, __ATOMIC_RELAXED);
	if (pthread_create(&thread, NULL, close_in_thread, (void *)(intptr_t)fd))
		close_in_thread((void *)(intptr_t)fd);
	else
		pthread_detach(thread);
}

bool client_fds_many_closing(void)
{
	return __atomic_load_n(&closing, __ATOMIC_RELAXED) >= CLOSING_MAX;
}
