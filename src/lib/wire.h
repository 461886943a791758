/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The protocol between a client and `procsieve serve`: one request and one reply, each a packet of
 * a SOCK_SEQPACKET socket. Numbers are in the host's byte order: both ends are on one machine.
 * After the reply to WIRE_LISTEN the connection stays open as long as the listener exists. If
 * either end closes it, the listener ends.
 *
 * The decoder trusts nothing: it checks every number before it uses it, and reports an error in
 * words.
 */
#ifndef LIB_WIRE_H
#define LIB_WIRE_H

#include <stddef.h>

#include <procsieve/filter.h>
#include <procsieve/snapshot.h>

#define WIRE_MAGIC   0x76657370u /* "psev" */
#define WIRE_VERSION 2

enum wire_operation {
	/* Request: struct wire_listen and lists. Reply: struct wire_reply and descriptors. */
	WIRE_LISTEN = 1,
	/* Request: struct wire_head alone. Reply: struct wire_status with its listeners. */
	WIRE_STATUS = 2,
	/* Request and reply as for WIRE_LISTEN. */
	WIRE_SNAPSHOT = 3,
};

struct wire_head {
	__u32 magic;
	__u16 version;
	__u16 operation;
	__u32 size; /* of the whole packet */
	__u32 pid;  /* of the client, in its own pid namespace; 0 in replies */
};

/*
 * The lists of a filter, in the order in which they follow a request: X(member, size of one value
 * in bytes, most values).
 */
#define WIRE_LISTS(X)                                            \
	X(pids, sizeof(__u64), PROCSIEVE_LIST_MAX)               \
	X(uids, sizeof(__u64), PROCSIEVE_LIST_MAX)               \
	X(gids, sizeof(__u64), PROCSIEVE_LIST_MAX)               \
	X(cgroups, sizeof(__u64), PROCSIEVE_LIST_MAX)            \
	X(cpus, sizeof(__u64), PROCSIEVE_LIST_MAX)               \
	X(euids, sizeof(__u64), PROCSIEVE_LIST_MAX)              \
	X(auids, sizeof(__u64), PROCSIEVE_LIST_MAX)              \
	X(comms, PROCSIEVE_COMM_SIZE, PROCSIEVE_LIST_MAX)        \
	X(thread_comms, PROCSIEVE_COMM_SIZE, PROCSIEVE_LIST_MAX) \
	X(envs, PROCSIEVE_ENV_NAME_SIZE, PROCSIEVE_LIST_MAX)     \
	X(cgroup_paths, sizeof(struct procsieve_cgroup_path), PROCSIEVE_CGROUP_PATHS_MAX)

enum wire_list {
#define X(member, size, most) WIRE_##member,
	WIRE_LISTS(X)
#undef X
		WIRE_LIST_COUNT
};

/* wire_listen.flags */
#define WIRE_THREADS  0x01
#define WIRE_NO_ARGS  0x02
#define WIRE_FOLLOW   0x04
#define WIRE_STATUSES 0x08 /* codes and signals limit the exits */
#define WIRE_CORE     0x10 /* with WIRE_STATUSES: also accepts each exit with a core dump */
#define WIRE_EXISTING 0x20 /* WIRE_LISTEN: also a snapshot of the existing processes */
#define WIRE_MAPPINGS 0x40 /* WIRE_SNAPSHOT: also the mappings */
#define WIRE_FDS      0x80 /* WIRE_SNAPSHOT: also the file descriptors */

struct wire_listen {
	struct wire_head head;
	__u64 ring_size; /* bytes; 0: the server chooses */
	__u64 events;
	__u32 sections, flags;
	__u32 counts[WIRE_LIST_COUNT];
	/* Of a snapshot, as in struct procsieve_selection; process_sections are its sections. */
	__u32 strategy, root, states, process_sections;
	__u64 codes[4], signals[2];
};

/* The size of the largest request: with all lists full. */
#define X(member, size, most) +(size) * (most)
enum { WIRE_REQUEST_LIMIT = sizeof(struct wire_listen) WIRE_LISTS(X) };
#undef X

/* Maximum number of hooks in a reply, and of bytes in the name of one, including its zero. */
#define WIRE_HOOKS_MAX 128
#define WIRE_HOOK_NAME 64

/* Maximum size of a reply's text, including its zero: the names of all hooks. */
#define WIRE_TEXT_MAX (WIRE_HOOKS_MAX * WIRE_HOOK_NAME)

enum wire_answer {
	WIRE_DONE,
	WIRE_REFUSED,	 /* the request is invalid */
	WIRE_QUOTA,	 /* the user has reached a quota, or all slots are taken */
	WIRE_FAILED,	 /* any other error; `text` describes it */
	WIRE_NO_PROCESS, /* a named process does not exist, or the client may not see it */
};

/* The descriptors in the reply to WIRE_LISTEN; the last only if a snapshot was requested. */
enum wire_descriptor { WIRE_RING, WIRE_CONTROL, WIRE_PROCESSES, WIRE_DESCRIPTORS };

/*
 * Has descriptors: those of a listener, as above, or the requested streams of a snapshot.
 */
struct wire_reply {
	struct wire_head head;
	__u32 status;	  /* enum wire_answer; unless WIRE_DONE, only `text` is valid */
	__u32 restricted; /* 1: only events of processes that the client fully owns */
	__u64 ring_size;

	/*
	 * The reason of a refusal, or the names of the hooks, separated by blanks. Its zero is the
	 * last byte of the packet.
	 */
	char text[WIRE_TEXT_MAX];
};

/* The state of one listener. */
struct wire_listener {
	__u64 events;		       /* as in its request */
	__u32 sections, flags;	       /* as in its request */
	__u32 pid, uid;		       /* of the client */
	__u32 restricted;	       /* as in struct wire_reply */
	__u32 counts[WIRE_LIST_COUNT]; /* number of values in each list of its filter */
	__u32 slot;		       /* its number as long as it exists */
	__u64 ring_size, ring_used;    /* bytes */
	__u64 delivered, lost;	       /* events */
	__u64 since_ns;		       /* boot time, as in records */
	__u64 missed;		       /* how often the kernel skipped a hook for its events */
};

/* The cost of one hook. Runs and time are counted only while kernel.bpf_stats_enabled is on. */
struct wire_hook {
	char name[WIRE_HOOK_NAME];
	__u64 runs, time_ns;
	__u64 missed; /* how often the kernel skipped it; always counted */
};

struct wire_status {
	struct wire_head head;
	__u32 status; /* enum wire_answer */
	__u32 listener_count, hook_count;
	/* 1: only the client's own listeners and their hooks, without the hooks' counts */
	__u32 restricted;
	__u64 started_ns;	 /* boot time, as in records */
	__u64 accepted, refused; /* requests since then; 0 for a restricted client */
	char text[512];
	struct wire_hook hooks[WIRE_HOOKS_MAX];
	struct wire_listener listeners[PROCSIEVE_LISTENERS]; /* listener_count of them are sent */
};

/* A decoded request. */
struct wire_request {
	enum wire_operation operation;
	__u32 pid;
	__u64 ring_size;
	struct procsieve_filter filter; /* wire_request_clear() frees its lists */
	struct procsieve_selection selection;
	bool existing; /* WIRE_LISTEN: also a snapshot of the existing processes */
};

/*
 * Encodes a request for a listener or a snapshot into `packet`, which has `room` bytes. Sets the
 * head and its pid itself. Returns the size in bytes; -EINVAL if a list of the filter has too
 * many values; -ENOSPC if the packet is too small.
 */
long wire_encode(const struct wire_request *request, void *packet, size_t room);

/* Returns the flags of a filter, as in a request. */
__u32 wire_flags(const struct procsieve_filter *filter);

/* Sets `counts` to the number of values in each list of a filter. */
void wire_counts(const struct procsieve_filter *filter, __u32 counts[WIRE_LIST_COUNT]);

/*
 * Sets the head and the text of a reply. The text is cut at WIRE_TEXT_MAX bytes. Returns the size
 * of the packet in bytes.
 */
size_t wire_reply_set_text(struct wire_reply *reply, enum wire_operation operation,
			   const char *text);

/* Returns the text of a reply of `size` bytes, or NULL if it does not end inside the packet. */
const char *wire_reply_text(const struct wire_reply *reply, size_t size);

/* Fills a head. */
void wire_head_set(struct wire_head *head, enum wire_operation operation, size_t size);

/*
 * Decodes a request. Returns 0 and *request, which the caller must free with wire_request_clear(),
 * or -EINVAL or -ENOMEM with the reason as text in `reason`; then there is nothing to free.
 */
int wire_decode(const void *packet, size_t size, struct wire_request *request, char *reason,
		size_t reason_size);
void wire_request_clear(struct wire_request *request);

#endif
