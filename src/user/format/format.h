/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output formats. A format turns records into lines in a buffer. It depends only on records, not on
 * rings, listeners or files. Each format has one file (text.c, json.c) and one row in format.c.
 */
#ifndef USER_FORMAT_FORMAT_H
#define USER_FORMAT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <procsieve/event.h>
#include <procsieve/record.h>

/* An output buffer. A format appends whole lines at `end` and never writes past `limit`. */
struct buffer {
	char *start;
	char *end;   /* after the last byte written */
	char *limit; /* after the last byte of the buffer */
};

struct layout; /* layout.h */

/* How the text format shows the time of an event. */
enum time_style {
	TIME_STYLE_LOCAL, /* time of day */
	TIME_STYLE_UTC,	  /* the same in UTC */
	TIME_STYLE_DATE,  /* local date and time */
	TIME_STYLE_REL,	  /* seconds since the start of the run */
	TIME_STYLE_DELTA, /* seconds since the previous line */
	TIME_STYLE_NONE,
	TIME_STYLE_COUNT,
};

/* Data that is the same for all records of a run. */
struct run {
	const char *version; /* of the tool */
	const char *kernel;  /* release */
	const char *host;
	const char *boot_id;
	const char *run_id;	 /* random id of this stream, or empty */
	const char *filter;	 /* the filter, as on the command line */
	const char *hooks;	 /* hooks in use, separated by spaces */
	int64_t clock_offset_ns; /* CLOCK_REALTIME minus boot time at the start */
	size_t max_line;	 /* maximum size of a line, with newline */
	uint32_t with;		 /* requested words of base/with_words.h */

	/* The rest is for the text format alone. */
	const struct layout *layout; /* the columns; NULL: the default ones */
	enum time_style time;
	size_t width;	    /* columns of the terminal; 0: lines are not cut */
	uint64_t memory_kb; /* of the machine */
	bool color;	    /* use colors */
	bool no_header;
};

/*
 * Converts a boot time (CLOCK_BOOTTIME of the initial time namespace) to nanoseconds since 1970. A
 * ring can contain any value, so the sum may wrap around.
 */
static inline int64_t real_time(const struct run *run, uint64_t boot_ns)
{
	return (int64_t)(boot_ns + (uint64_t)run->clock_offset_ns);
}

/* Events that were meant for this listener but lost, between two points in time. */
struct gap {
	uint64_t since_ns, until_ns; /* boot time */
	uint64_t count;
	uint64_t by_type[PROCSIEVE_EVENT_COUNT];
	/*
	 * There was no listener: the number of events is unknown, and only the times above are
	 * valid.
	 */
	bool unknown;
};

/* The totals of a run, at its end. */
struct totals {
	uint64_t boot_ns; /* the current time */
	uint64_t events;  /* records delivered */
	uint64_t lost;
	uint64_t delivered_by_type[PROCSIEVE_EVENT_COUNT];
	uint64_t lost_by_type[PROCSIEVE_EVENT_COUNT];
	/* Times that the kernel skipped a hook: each may be a missing event. */
	uint64_t missed;
	uint64_t missed_by_type[PROCSIEVE_EVENT_COUNT];
};

struct format;

/*
 * A run that is being printed in some format. printer_open() fills it in. Only `out` is shared with
 * the caller.
 */
struct printer {
	const struct format *format;
	const struct run *run;
	struct buffer *out;
	uint64_t seq; /* number of lines printed so far */
	void *state;  /* private to the format: format->state_size bytes, zeroed at first */
};

/*
 * One format. Each function appends at most `lines` lines, and none if the format prints nothing
 * for this. The caller provides printer_room() bytes.
 */
struct format {
	const char *name;
	unsigned int lines;
	size_t state_size; /* size of printer->state; 0: none */
	void (*begin)(struct printer *printer, uint64_t boot_ns);
	/* An event. In a stream that starts with a snapshot, also a process of the snapshot. */
	void (*event)(struct printer *printer, const struct procsieve_record *record, size_t size);
	void (*snapshot_end)(struct printer *printer, uint64_t boot_ns, uint64_t count);
	void (*lost)(struct printer *printer, const struct gap *gap);
	/* The wall clock was set. `step_ns` is the change since the start or the previous call. */
	void (*clock)(struct printer *printer, uint64_t boot_ns, int64_t step_ns);
	void (*end)(struct printer *printer, const struct totals *totals);

	/*
	 * A snapshot without events: its start, a process (mapping, file), its end. `branch` is the
	 * prefix of the command in a tree, or NULL.
	 */
	void (*list_begin)(struct printer *printer, uint64_t boot_ns);
	void (*list)(struct printer *printer, const struct procsieve_record *record, size_t size,
		     const char *branch);
	void (*list_end)(struct printer *printer, uint64_t boot_ns, uint64_t count);
};

/*
 * Prepares a printer. The caller owns `run` and `out`, which must outlive the printer. Returns 0 or
 * -ENOMEM. printer_close() frees the state.
 */
int printer_open(struct printer *printer, const struct format *format, const struct run *run,
		 struct buffer *out);
void printer_close(struct printer *printer);

/* Returns how many bytes one call of the format may append. */
static inline size_t format_room(const struct format *format, size_t max_line)
{
	return format->lines * max_line;
}

static inline size_t printer_room(const struct printer *printer)
{
	return format_room(printer->format, printer->run->max_line);
}

extern const struct format format_text;
extern const struct format format_json;

/* Returns the format with that name, or NULL. */
const struct format *format_find(const char *name);

/* Writes the names of all formats, "text, json", and cuts them if they do not fit. */
void format_names(char *text, size_t size);

/*
 * Limits of --max-line in bytes. Every record without its variable parts fits in FORMAT_MIN_LINE.
 */
#define FORMAT_MIN_LINE	    4096
#define FORMAT_DEFAULT_LINE 8000
#define FORMAT_MAX_LINE	    (1024 * 1024)

#endif
