/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output formats. A format turns records into lines in a buffer; it knows records and nothing of
 * rings, listeners or files. One file a format (format_text.c, format_json.c), one row in format.c.
 */
#ifndef USER_FORMAT_FORMAT_H
#define USER_FORMAT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <procsieve/event.h>
#include <procsieve/record.h>

/* Bytes to be written. A formatter appends whole lines behind `end` and never past `limit`. */
struct buffer {
	char *start;
	char *end;   /* behind the last byte */
	char *limit; /* behind the last byte there is room for */
};

/* What is the same for every record of a run. */
struct run {
	const char *version; /* of the tool */
	const char *kernel;  /* release */
	const char *host;
	const char *boot_id;
	const char *run_id;	 /* random, of this stream alone; or empty */
	const char *filter;	 /* the command line's words */
	const char *hooks;	 /* names in use, separated by blanks */
	int64_t clock_offset_ns; /* CLOCK_REALTIME minus CLOCK_BOOTTIME at the start */
	size_t max_line;	 /* a line is at most so long, newline included */
	uint32_t with;		 /* words of with_words.h that are asked for */
	size_t width;		 /* text: columns of the terminal, 0: not one */
	bool color;		 /* text: with colours */
};

/*
 * A moment of boot time, in nanoseconds since 1970. Any number can be in a ring: what goes too far
 * wraps around.
 */
static inline int64_t real_time(const struct run *run, uint64_t boot_ns)
{
	return (int64_t)(boot_ns + (uint64_t)run->clock_offset_ns);
}

/* Events that a listener asked for and did not get, between two moments. */
struct gap {
	uint64_t since_ns, until_ns; /* boot time */
	uint64_t count;
	uint64_t by_type[PROCSIEVE_EVENT_COUNT];
	/*
	 * nobody listened: how many there were cannot be known, and nothing above but the times
	 * counts
	 */
	bool unknown;
};

/* What a run amounts to at its end. */
struct totals {
	uint64_t boot_ns; /* now */
	uint64_t events;  /* records delivered */
	uint64_t lost;
	uint64_t delivered_by_type[PROCSIEVE_EVENT_COUNT];
	uint64_t lost_by_type[PROCSIEVE_EVENT_COUNT];
	uint64_t
		/* times that the kernel passed over a hook: an event each that may be missing */
		missed;
	uint64_t missed_by_type[PROCSIEVE_EVENT_COUNT];
};

struct format;

/*
 * A run on its way through a format. printer_open() fills it in; only `out` is shared with the
 * caller.
 */
struct printer {
	const struct format *format;
	const struct run *run;
	struct buffer *out;
	uint64_t seq; /* lines that the run has had */
	void *state;  /* the format's own: format->state_size bytes, zeros at first */
};

/*
 * One format. Each function appends `lines` lines at most, or none where the format has nothing to
 * say; the caller has left printer_room() bytes for them.
 */
struct format {
	const char *name;
	const char *help;
	unsigned int lines;
	size_t state_size; /* of printer->state; 0: it has none */
	void (*begin)(struct printer *printer, uint64_t boot_ns);
	/* An event; in a stream that starts with a snapshot, also a process of that. */
	void (*event)(struct printer *printer, const struct procsieve_record *record, size_t size);
	void (*snapshot_end)(struct printer *printer, uint64_t boot_ns, uint64_t count);
	void (*lost)(struct printer *printer, const struct gap *gap);
	/* The wall clock was set, by `step_ns` since the start or the last of these. */
	void (*clock)(struct printer *printer, uint64_t boot_ns, int64_t step_ns);
	void (*end)(struct printer *printer, const struct totals *totals);

	/*
	 * A snapshot that stands alone: its begin, a process (mapping, file), its end. `branch` is
	 * what stands before the command in a tree, NULL where there is none.
	 */
	void (*list_begin)(struct printer *printer, uint64_t boot_ns);
	void (*list)(struct printer *printer, const struct procsieve_record *record, size_t size,
		     const char *branch);
	void (*list_end)(struct printer *printer, uint64_t boot_ns, uint64_t count);
};

/*
 * Prepares a printer; `run` and `out` stay the caller's, and have to outlive it. Returns 0 or
 * -ENOMEM. printer_close() frees the state.
 */
int printer_open(struct printer *printer, const struct format *format, const struct run *run,
		 struct buffer *out);
void printer_close(struct printer *printer);

/* How many bytes one call of the format may append. */
static inline size_t printer_room(const struct printer *printer)
{
	return printer->format->lines * printer->run->max_line;
}

extern const struct format format_text;
extern const struct format format_json;

/* The format of that name, or NULL. */
const struct format *format_find(const char *name);

/* Every format, in the order of the help text; *count says how many. */
const struct format *const *format_list(size_t *count);

/*
 * Shortest --max-line that any record without its variable parts fits in, and the longest allowed.
 */
#define FORMAT_MIN_LINE	    4096
#define FORMAT_DEFAULT_LINE 8000
#define FORMAT_MAX_LINE	    (1024 * 1024)

#endif
