/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libprocsieve: receives process events from a running `procsieve serve`. The caller needs no
 * privilege: an unprivileged caller receives only the events of processes that it fully owns. The
 * kernel applies the filter and writes the records to the listener's ring buffer, which this
 * library maps. No other process copies or forwards them.
 *
 *	struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_EXIT)};
 *	struct procsieve *listener;
 *
 *	if (procsieve_open(&listener, &filter, NULL, reason, sizeof(reason)))
 *		...
 *	while (procsieve_wait(listener, -1) >= 0)
 *		while ((record = procsieve_next(listener, &size)))
 *			...
 *
 * Only one thread may use a listener at a time. Different listeners share no state.
 */
#ifndef PROCSIEVE_H
#define PROCSIEVE_H

#include <stddef.h>

#include <procsieve/event.h>
#include <procsieve/filter.h>
#include <procsieve/read_record.h>
#include <procsieve/record.h>
#include <procsieve/section.h>
#include <procsieve/snapshot.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The server's default socket. */
#define PROCSIEVE_SOCKET "/run/procsieve/procsieve.sock"

struct procsieve; /* an open listener */

/* Optional settings. With all members zero the defaults apply. */
struct procsieve_options {
	const char *socket; /* path of the server's socket; NULL: PROCSIEVE_SOCKET */
	size_t ring_size;   /* bytes, a power of two, at least 4096; 0: the server chooses */

	/*
	 * Begin with a snapshot of the processes that exist already, see procsieve_existing().
	 * NULL: no snapshot. The caller keeps ownership; not used after procsieve_open().
	 */
	const struct procsieve_selection *existing;
};

/*
 * Opens a listener. `options` may be NULL. The filter and the options remain the caller's and are
 * not needed after the return. From the return on, every event that passes the filter is delivered
 * or counted as lost.
 *
 * Returns 0 and sets *listener, which the caller frees with procsieve_close(). On failure returns
 * -errno and writes a one-line message for the user to `reason`, which may be NULL if reason_size
 * is 0:
 *
 *	-ENOENT, -ECONNREFUSED  no server is running
 *	-EACCES                 the user may not connect to the socket
 *	-EINVAL                 the server does not accept the filter
 *	-EDQUOT                 too many listeners, or too much memory requested
 *	-EPROTO                 the server uses another version of the protocol
 *	-EPIPE                  the server ended before it answered
 *	-EINTR                  a signal arrived before the server answered
 *	-EMFILE                 no free file descriptor for those that the server sent
 *	-EIO                    any other error in the server
 *
 * or another -errno of socket(2), connect(2) or mmap(2).
 */
int procsieve_open(struct procsieve **listener, const struct procsieve_filter *filter,
		   const struct procsieve_options *options, char *reason, size_t reason_size);

/*
 * Makes a listener from a ring buffer and a control page that the caller obtained in another way.
 * `ring_fd` is a BPF_MAP_TYPE_RINGBUF with `ring_size` bytes of data. `control_fd` is a map that
 * holds a struct procsieve_control. `existing_fd` is the stream of processes of a snapshot, or -1.
 * The listener takes ownership of the descriptors, also on failure. Returns 0 or -errno of mmap(2)
 * or epoll_create1(2).
 */
int procsieve_adopt(struct procsieve **listener, int ring_fd, size_t ring_size, int control_fd,
		    int existing_fd);

/*
 * Returns the snapshot of the processes that existed when the listener began, or NULL if none was
 * requested. The listener owns it.
 *
 * Read the snapshot before the events. The events after it are already in the ring buffer and may
 * be about processes that the snapshot contains:
 *
 *	- An event that is older than the snapshot's record of its process (compare
 *	  procsieve_record.boot_ns) is already contained in that record.
 *	- The fork of a process that is in the snapshot is contained in it.
 *	- All other events continue from the snapshot.
 *
 * Exception: a comm event is sent just before its process gets the new name. It counts whatever its
 * age, and so do all later events of that process.
 */
struct procsieve_snapshot *procsieve_existing(const struct procsieve *listener);

/* Closes the listener and frees all its memory, records included. `listener` may be NULL. */
void procsieve_close(struct procsieve *listener);

/*
 * Returns one descriptor for poll(2), select(2) or epoll(7). It is readable when there may be
 * records, or when the server is gone. It signals new records only after a call of procsieve_arm().
 * The listener owns it.
 */
int procsieve_fd(const struct procsieve *listener);

/*
 * Returns the next record and its size in bytes, or NULL if there is none at present. The record is
 * in read-only memory. It stays valid until procsieve_release(), procsieve_arm() or
 * procsieve_wait(), so a caller can process several records as one batch.
 */
const struct procsieve_record *procsieve_next(struct procsieve *listener, size_t *size);

/* Returns the space of all records read so far to the kernel. */
void procsieve_release(struct procsieve *listener);

/*
 * Does the same as procsieve_release() and requests a wake-up for the next record. Returns 1, or 0
 * if there are records to read already: the caller must not sleep then.
 *
 * A caller that reads as fast as events arrive, and calls this each time, causes one wake-up per
 * event. It is cheaper to sleep for a millisecond before reading again, as procsieve_wait() does.
 */
int procsieve_arm(struct procsieve *listener);

/*
 * Returns the space of the records read so far to the kernel, then waits up to `timeout_ms`
 * milliseconds for records (-1: no limit). Returns 1: there are records; 0: the timeout expired;
 * -EPIPE: the server is gone and all records have been read; -EINTR: a signal arrived; or another
 * -errno of poll(2).
 */
int procsieve_wait(struct procsieve *listener, int timeout_ms);

/*
 * Asks the server to end the listener, and waits up to two seconds until it has. From then on no
 * record arrives and the lost counts do not change. Records in the ring buffer can still be read. A
 * listener made with procsieve_adopt() is ended by its creator.
 */
void procsieve_stop(struct procsieve *listener);

/*
 * Returns 1 if the server is still there. Returns 0 if no event can arrive any more; records in the
 * ring buffer can still be read.
 */
int procsieve_connected(const struct procsieve *listener);

/*
 * Returns how many events passed the filter and were lost for lack of space since procsieve_open().
 * Stores the counts by enum procsieve_type in `by_type`, which may be NULL.
 */
__u64 procsieve_lost(const struct procsieve *listener, __u64 by_type[PROCSIEVE_EVENT_LIMIT]);

/*
 * Returns the control page, which the kernel updates while the listener is open. The listener owns
 * it.
 */
const struct procsieve_control *procsieve_control(const struct procsieve *listener);

/*
 * Returns the names of the hooks in use, separated by spaces, or "" if they are not known. The
 * listener owns the string.
 */
const char *procsieve_hooks(const struct procsieve *listener);

#ifdef __cplusplus
}
#endif

#endif
