/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libprocsieve: listen to process events of a running `procsieve serve`. It needs no privilege: who
 * is not root hears of the processes that are all its own. The kernel applies the filter and puts
 * the records into the listener's ring, which is mapped here; nothing stands between.
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
 * A listener is for one thread at a time; different listeners know nothing of each other.
 */
#ifndef PROCSIEVE_H
#define PROCSIEVE_H

#include <stddef.h>

#include <procsieve/event.h>
#include <procsieve/filter.h>
#include <procsieve/payload.h>
#include <procsieve/record.h>
#include <procsieve/section.h>
#include <procsieve/snapshot.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where a server listens unless told otherwise. */
#define PROCSIEVE_SOCKET "/run/procsieve/procsieve.sock"

struct procsieve; /* a listener */

/* What can be left alone: all zero is a good choice. */
struct procsieve_options {
	const char *socket; /* path; NULL: PROCSIEVE_SOCKET */
	size_t ring_size;   /* bytes, a power of two from 4096; 0: as the server sees fit */

	/*
	 * Begin with a snapshot of the processes that live already, see procsieve_existing(). NULL:
	 * do not.
	 */
	const struct procsieve_selection *existing;
};

/*
 * Opens a listener. The filter (and options, NULL: none) stay the caller's and are not needed
 * afterwards. From the return on every event that passes the filter is delivered or counted as
 * lost.
 *
 * Returns 0 and *listener, which procsieve_close() frees. Otherwise -errno, with one line for the
 * user in `reason` (which may be NULL where reason_size is 0): -ENOENT or -ECONNREFUSED: no server;
 * -EACCES: the socket is closed to this user; -EINVAL: the filter is not understood; -EDQUOT: too
 * many listeners or too much memory asked for; -EPROTO: the server speaks another version; -EPIPE:
 * it ended meanwhile; -EINTR: a signal, before it answered; -EMFILE: no descriptor left for what it
 * gave; -EIO: anything else at the server; or another -errno of socket(2), connect(2) or mmap(2).
 */
int procsieve_open(struct procsieve **listener, const struct procsieve_filter *filter,
		   const struct procsieve_options *options, char *reason, size_t reason_size);

/*
 * Makes a listener of a ring and control page that were got elsewhere: `ring_size` bytes of data in
 * `ring_fd` (a BPF_MAP_TYPE_RINGBUF), a struct procsieve_control in `control_fd`, and a snapshot's
 * processes in `existing_fd`, or -1. The descriptors are the listener's own from then on, also
 * where this fails. Returns 0 or -errno of mmap(2) and epoll_create1(2).
 */
int procsieve_adopt(struct procsieve **listener, int ring_fd, size_t ring_size, int control_fd,
		    int existing_fd);

/*
 * The processes that lived when the listener began, where that was asked for; else NULL. It stays
 * the listener's. Read it first: the events behind it are there already, and may be of processes
 * that it tells of too. An event that is older than what the snapshot says of its process
 * (procsieve_record.boot_ns) is in that already, and so is the fork of a process that is in the
 * snapshot; the others carry on from there. But a comm event comes just before its process has the
 * new name: it counts whatever its age, and so does what follows it.
 */
struct procsieve_snapshot *procsieve_existing(const struct procsieve *listener);

/* Ends the listener and frees all that belongs to it, records included. NULL is allowed. */
void procsieve_close(struct procsieve *listener);

/*
 * One descriptor for poll(2) and its kind: readable when there may be records, or when the server
 * is gone. It tells of new records only after procsieve_arm(). It stays the listener's.
 */
int procsieve_fd(const struct procsieve *listener);

/*
 * The next record, and its size in bytes; NULL: there is none now. It lies in read-only memory and
 * stays valid until procsieve_release(), procsieve_arm() or procsieve_wait(); so a batch can be
 * looked at as a whole.
 */
const struct procsieve_record *procsieve_next(struct procsieve *listener, size_t *size);

/* Gives the room of all records that were read back to the kernel. */
void procsieve_release(struct procsieve *listener);

/*
 * The same, and asks for a wake-up at the next record. Returns 1, or 0 where there is something to
 * read already: then do not sleep. Whoever reads as fast as events come and arms each time pays
 * with a wake-up for each: better take a nap of a millisecond before looking again, as
 * procsieve_wait() does.
 */
int procsieve_arm(struct procsieve *listener);

/*
 * Waits for records, for `timeout_ms` milliseconds (-1: for ever), after giving back the room of
 * those that were read. Returns 1: there are some; 0: the time is over; -EPIPE: the server is gone
 * and all has been read; -EINTR: a signal; or another -errno of poll(2).
 */
int procsieve_wait(struct procsieve *listener, int timeout_ms);

/*
 * Ends the listener at the server, and waits (for two seconds at most) until it has: from then on
 * no record comes, and the lost counts stand still. What is in the ring can be read as before. An
 * adopted listener is ended by who made it.
 */
void procsieve_stop(struct procsieve *listener);

/*
 * Is the server still there? 0: no event will come any more; what is in the ring can still be read.
 */
int procsieve_connected(const struct procsieve *listener);

/*
 * Events that passed the filter and found no room, since procsieve_open(). By enum procsieve_type;
 * may be NULL.
 */
__u64 procsieve_lost(const struct procsieve *listener, __u64 by_type[PROCSIEVE_EVENT_LIMIT]);

/* The control page, written by the kernel while the listener is open. */
const struct procsieve_control *procsieve_control(const struct procsieve *listener);

/* Names of the hooks in use, separated by blanks; "" where they are not known. The listener's. */
const char *procsieve_hooks(const struct procsieve *listener);

#ifdef __cplusplus
}
#endif

#endif
