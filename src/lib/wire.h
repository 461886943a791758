/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a client and `procsieve serve` say to each other: one request, one reply, each a packet of a
 * SOCK_SEQPACKET socket, in the host's byte order; both ends are on one machine. Behind the reply
 * to WIRE_LISTEN the connection is the listener's life: whoever closes it ends the listener.
 *
 * Decoding trusts nothing: every number is checked before it is used, and what is wrong is said in
 * words.
 */
#ifndef LIB_WIRE_H
#define LIB_WIRE_H

#include <stddef.h>

#include <procsieve/filter.h>
#include <procsieve/snapshot.h>

#define WIRE_MAGIC   0x76657370u /* "psev" */
#define WIRE_VERSION 1

enum wire_operation {
	WIRE_LISTEN =
		/*
		 * struct wire_listen and lists; answered by struct wire_listening and descriptors
		 */
	1,
	WIRE_STATUS =
		2, /* struct wire_head alone; answered by struct wire_status and its listeners */
	WIRE_SNAPSHOT = 3, /* struct wire_listen and lists; answered as WIRE_LISTEN */
};

struct wire_head {
	__u32 magic;
	__u16 version;
	__u16 operation;
	__u32 size; /* of the whole packet */
	__u32 pid;  /* the client's, as it sees itself; in replies 0 */
};

/*
 * The lists of a filter, in the order in which they stand behind a request. X(member, bytes of one
 * value)
 */
#define WIRE_LISTS(X)                 \
	X(pids, sizeof(__u64))        \
	X(uids, sizeof(__u64))        \
	X(gids, sizeof(__u64))        \
	X(cgroups, sizeof(__u64))     \
	X(cpus, sizeof(__u64))        \
	X(comms, PROCSIEVE_COMM_SIZE) \
	X(envs, PROCSIEVE_ENV_NAME_SIZE)

enum wire_list {
#define X(member, size) WIRE_##member,
	WIRE_LISTS(X)
#undef X
		WIRE_LIST_COUNT
};

/* wire_listen.flags */
#define WIRE_THREADS  0x01
#define WIRE_NO_ARGS  0x02
#define WIRE_FOLLOW   0x04
#define WIRE_STATUSES 0x08 /* the statuses count */
#define WIRE_CORE     0x10 /* of the statuses: or any end that dumped core */
#define WIRE_EXISTING 0x20 /* a listener: and a snapshot of what is there when it begins */
#define WIRE_MAPPINGS 0x40 /* a snapshot: of these too */
#define WIRE_FDS      0x80

struct wire_listen {
	struct wire_head head;
	__u64 ring_size; /* bytes; 0: as the server sees fit */
	__u64 events;
	__u32 sections, flags;
	__u32 counts[WIRE_LIST_COUNT];
	__u32 strategy, root, states, of_processes; /* of a snapshot: struct procsieve_selection */
	__u32 padding;
	__u64 codes[4], signals[2];
};

/* The largest request: every list full. */
#define X(member, size) +(size)*PROCSIEVE_LIST_MAX
enum { WIRE_REQUEST_LIMIT = sizeof(struct wire_listen) WIRE_LISTS(X) };
#undef X

/* How many hooks a reply names at most, and the length of one name, with its zero. */
#define WIRE_HOOKS_MAX 128
#define WIRE_HOOK_NAME 64

/* The longest text of a reply, with its zero: all hooks. */
#define WIRE_TEXT_MAX (WIRE_HOOKS_MAX * WIRE_HOOK_NAME)

enum wire_answer {
	WIRE_DONE,
	WIRE_REFUSED, /* the request is wrong */
	WIRE_QUOTA,   /* this user has enough, or all slots are taken */
	WIRE_FAILED,  /* anything else; `text` says what */
	WIRE_NOBODY,  /* a process that is named does not live, or is none of the client's */
};

/* Descriptors that come with the reply to a listener, the last where a snapshot was asked for. */
enum wire_descriptor { WIRE_RING, WIRE_CONTROL, WIRE_PROCESSES, WIRE_DESCRIPTORS };

/*
 * Comes with descriptors: of a listener as above, of a snapshot its streams, those that were asked
 * for.
 */
struct wire_listening {
	struct wire_head head;
	__u32 status;	  /* enum wire_answer; but for WIRE_DONE nothing else counts than `text` */
	__u32 restricted; /* 1: only events of processes that are all the client's own */
	__u64 ring_size;

	/*
	 * The reason, or the names of the hooks, separated by blanks. The packet ends with its
	 * zero.
	 */
	char text[WIRE_TEXT_MAX];
};

/* Of one listener. */
struct wire_listener {
	__u64 events;		       /* of its filter, as in its request */
	__u32 sections, flags;	       /* the same */
	__u32 pid, uid;		       /* of the client */
	__u32 restricted;	       /* as in struct wire_listening */
	__u32 counts[WIRE_LIST_COUNT]; /* how many values each list of the filter has */
	__u32 slot;		       /* its number while it is there */
	__u32 padding;
	__u64 ring_size, ring_used; /* bytes */
	__u64 delivered, lost;	    /* events */
	__u64 since_ns;		    /* CLOCK_BOOTTIME */
	__u64 missed;		    /* times that the kernel passed over a hook for its events */
};

/* Of one hook. Runs and time are counted while kernel.bpf_stats_enabled is on. */
struct wire_hook {
	char name[WIRE_HOOK_NAME];
	__u64 runs, time_ns;
	__u64 missed; /* times that the kernel passed over it; always counted */
};

struct wire_status {
	struct wire_head head;
	__u32 status; /* as above */
	__u32 listener_count, hook_count;
	/* 1: the client's own listeners and their hooks, and no counts of others */
	__u32 restricted;
	__u64 started_ns;	 /* CLOCK_BOOTTIME */
	__u64 accepted, refused; /* requests since then; of a restricted client 0 */
	char text[512];
	struct wire_hook hooks[WIRE_HOOKS_MAX];
	struct wire_listener listeners[PROCSIEVE_LISTENERS]; /* as many as there are */
};

/* A request, taken apart. */
struct wire_request {
	enum wire_operation operation;
	__u32 pid;
	__u64 ring_size;
	struct procsieve_filter filter; /* wire_request_clear() frees its lists */
	struct procsieve_selection selection;
	bool existing; /* a listener: and a snapshot */
};

/*
 * Writes the request for a listener, or for a snapshot; its pid, head and lists follow from the
 * rest. Returns its size, or -EINVAL where the filter has lists of more than PROCSIEVE_LIST_MAX
 * values, or -ENOSPC.
 */
long wire_encode(const struct wire_request *request, void *packet, size_t room);

/* The flags of a filter, as in a request. */
__u32 wire_flags(const struct procsieve_filter *filter);

/* How many values each list of a filter has. */
void wire_counts(const struct procsieve_filter *filter, __u32 counts[WIRE_LIST_COUNT]);

/*
 * Fills the head and the text of a reply, which is cut at WIRE_TEXT_MAX. Returns the size of the
 * packet.
 */
size_t wire_text_set(struct wire_listening *listening, enum wire_operation operation,
		     const char *text);

/* The text of a reply of `size` bytes, or NULL where it does not end in the packet. */
const char *wire_text(const struct wire_listening *listening, size_t size);

/* Fills a head. */
void wire_head_set(struct wire_head *head, enum wire_operation operation, size_t size);

/*
 * Takes a request apart. Returns 0, or -EINVAL (-ENOMEM) with the reason as text in `reason`; then
 * there is nothing to free.
 */
int wire_decode(const void *packet, size_t size, struct wire_request *request, char *reason,
		size_t reason_size);
void wire_request_clear(struct wire_request *request);

#endif
