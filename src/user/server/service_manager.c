// SPDX-License-Identifier: GPL-2.0-or-later
/* The service manager's protocol; see service_manager.h. */
#include "server/service_manager.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "parse/filter_lists.h"

/* The first descriptor passed, as the protocol defines it. */
#define FIRST_FD 3

#define EXPECTED_SOCKET                                            \
	"one listening Unix socket of type SOCK_SEQPACKET, as by " \
	"ListenSequentialPacket= of a socket unit"

/*
 * Fills *address and *length from a name. '@' as the first character stands for the leading zero
 * byte of an abstract name. Returns 0 or -errno.
 */
static int make_address(const char *name, struct sockaddr_un *address, socklen_t *length)
{
	size_t size = strlen(name);

	if (*name != '/' && *name != '@')
		return -EAFNOSUPPORT;
	if (size >= sizeof(address->sun_path))
		return -E2BIG;
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(address->sun_path, name, size);
	/* A path includes its zero byte; an abstract name ends at `length`. */
	*length = offsetof(struct sockaddr_un, sun_path) + size + (*name == '/');
	if (*name == '@')
		address->sun_path[0] = '\0';
	return 0;
}

static int send_state(const struct sockaddr_un *address, socklen_t length, const char *state)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;
	ssize_t sent;

	if (fd < 0)
		return -errno;
	do {
		sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL,
			      (const struct sockaddr *)address, length);
	} while (sent < 0 && errno == EINTR);
	if (sent < 0)
		err = -errno;
	close(fd);
	return err;
}

int service_manager_send(const char *state)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	socklen_t length;
	int err;

	if (!name || !*name)
		return 0;
	err = make_address(name, &address, &length);
	return err ? err : send_state(&address, length, state);
}

/* Reads a number from the environment. An unset variable is 0. */
static int read_variable(const char *name, uint64_t most, uint64_t *value, struct reason *why)
{
	const char *text = getenv(name);
	struct reason refusal;

	*value = 0;
	if (!text || !parse_number(name, text, 0, most, value, &refusal))
		return 0;
	return reason_set(why, STATUS_FAILURE, "%s", refusal.text);
}

uint64_t service_manager_watchdog_ns(void)
{
	struct reason ignored;
	uint64_t pid, time_us;

	if (read_variable("WATCHDOG_PID", INT_MAX, &pid, &ignored) ||
	    read_variable("WATCHDOG_USEC", UINT64_MAX / 1000, &time_us, &ignored))
		return 0;
	if (getenv("WATCHDOG_PID") && pid != (uint64_t)getpid())
		return 0;
	return time_us * 1000;
}

static bool option_is(int fd, int option, int wanted)
{
	socklen_t length = sizeof(int);
	int value;

	return !getsockopt(fd, SOL_SOCKET, option, &value, &length) && value == wanted;
}

static int check_socket(int fd, struct reason *why)
{
	int flags = fcntl(fd, F_GETFD);

	if (flags < 0 || fcntl(fd, F_SETFD, flags | FD_CLOEXEC))
		return reason_set(why, STATUS_FAILURE,
				  "LISTEN_FDS passes descriptor %d, which is not valid: %s", fd,
				  strerror(errno));
	if (option_is(fd, SO_DOMAIN, AF_UNIX) && option_is(fd, SO_TYPE, SOCK_SEQPACKET) &&
	    option_is(fd, SO_ACCEPTCONN, 1))
		return 0;
	return reason_set(why, STATUS_FAILURE,
			  "descriptor %d, passed by LISTEN_FDS, is not " EXPECTED_SOCKET, fd);
}

/* Sets *count to the number of descriptors passed to this process. */
static int count_sockets(uint64_t *count, struct reason *why)
{
	uint64_t pid;
	int err = read_variable("LISTEN_PID", INT_MAX, &pid, why);

	*count = 0;
	if (err || pid != (uint64_t)getpid())
		return err;
	return read_variable("LISTEN_FDS", INT_MAX - FIRST_FD, count, why);
}

int service_manager_listen_fd(int *fd, struct reason *why)
{
	uint64_t count;
	int err = count_sockets(&count, why);

	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	unsetenv("LISTEN_PIDFDID");
	*fd = -1;
	if (err || !count)
		return err;
	if (count > 1)
		return reason_set(why, STATUS_FAILURE,
				  "LISTEN_FDS passes %llu sockets; allowed is " EXPECTED_SOCKET,
				  (unsigned long long)count);
	err = check_socket(FIRST_FD, why);
	if (!err)
		*fd = FIRST_FD;
	return err;
}
