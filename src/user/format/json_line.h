/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builds one JSON line from fields. For fields of known size, the caller provides the room. Fields
 * of arbitrary bytes check the room themselves and come after all others.
 */
#ifndef USER_FORMAT_JSON_LINE_H
#define USER_FORMAT_JSON_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "format/json_string.h"
#include "base/fmt.h"

/* Fields that can be cut, as bits, in the order used in `trunc`. */
enum {
	CUT_FILTER = 1,
	CUT_FILENAME = 2,
	CUT_CWD = 4,
	CUT_EXE = 8,
	CUT_CGROUP = 16,
	CUT_ANCESTORS = 32,
	CUT_ENV = 64,
	CUT_ARGV = 128,
	CUT_PATH = 256,
	CUT_HOOKS = 512,
};

/* Paths that no longer name their files, as bits. */
enum {
	DELETED_EXE = 1,
	DELETED_CWD = 2,
};

struct line {
	char *at;
	char *limit; /* end of the fields; the end of the line fits after it */
	unsigned int cut;
	unsigned int deleted;
	bool has_container;
};

/* Leaves no room for later fields of variable size: they are cut before earlier ones. */
static inline void line_fill(struct line *line)
{
	line->limit = line->at;
}

#define put(line, literal) ((line)->at = fmt_literal((line)->at, literal))

/*
 * put_number() writes a number. put_u64_string() writes a number as a string, because some readers
 * cannot store 64 bits.
 */
#define put_number(line, key, number) \
	((line)->at = fmt_u64(fmt_literal((line)->at, ",\"" key "\":"), number))
#define put_u64_string(line, key, number) \
	((line)->at =                     \
		 fmt_literal(fmt_u64(fmt_literal((line)->at, ",\"" key "\":\""), number), "\""))
#define put_signed(line, key, number) \
	((line)->at = fmt_i64(fmt_literal((line)->at, ",\"" key "\":"), number))
/* A bit mask in the format of /proc: 16 hexadecimal digits. */
#define put_hex(line, key, number)                                                                 \
	((line)->at = fmt_literal(fmt_hex(fmt_literal((line)->at, ",\"" key "\":\""), number, 16), \
				  "\""))
#define put_time(line, key, run, boot_ns)                                                      \
	((line)->at = fmt_literal(                                                             \
		 fmt_utc(fmt_literal((line)->at, ",\"" key "\":\""), real_time(run, boot_ns)), \
		 "\""))

/* A field whose value consists of plain letters. */
#define put_name(line, key, name) \
	((line)->at =             \
		 fmt_literal(fmt_string(fmt_literal((line)->at, ",\"" key "\":\""), name), "\""))

/* How each KIND of field (fields.h) is written. Rare ones are defined next to their payload. */
#define KIB_OF_PAGES(pages)		    ((pages) * (sysconf(_SC_PAGESIZE) / 1024))

#define JSON_FIELD(kind, key, word, ...)    JSON_##kind(line, key, __VA_ARGS__);
#define JSON_COUNT(line, key, number)	    put_number(line, key, number)
#define JSON_SMALL(line, key, number)	    put_number(line, key, number)
#define JSON_ID(line, key, id)		    put_number(line, key, id)
#define JSON_ID_UNLESS(line, key, id, same) put_number(line, key, id)
#define JSON_WIDE(line, key, number)	    put_u64_string(line, key, number)
#define JSON_WIDE_SET(line, key, number)    JSON_IF(number, put_u64_string(line, key, number))
#define JSON_SIGNED(line, key, number)	    put_signed(line, key, number)
#define JSON_NAME(line, key, name)	    put_name(line, key, name)
#define JSON_NS(line, key, ns)		    put_number(line, key, (ns) / 1000)
#define JSON_PAGES(line, key, pages)	    put_number(line, key, KIB_OF_PAGES(pages))
#define JSON_MASK(line, key, mask)	    put_hex(line, key, mask)
#define JSON_IF(condition, field)      \
	do {                           \
		if (condition)         \
			(void)(field); \
	} while (0)
#define JSON_ID_OTHER(line, key, id, same) JSON_IF((id) != (same), put_number(line, key, id))
#define JSON_ID_SET(line, key, id)	   JSON_IF((id) != ~0u, put_number(line, key, id))
#define JSON_COUNT_KNOWN(line, key, number) \
	JSON_IF((number) != PROCSIEVE_UNKNOWN, put_number(line, key, number))
#define JSON_NS_KNOWN(line, key, ns) JSON_IF((ns) != PROCSIEVE_UNKNOWN, JSON_NS(line, key, ns))

/* Ends a list or object. Replaces the last comma if there is one. */
static inline void put_end(struct line *line, char end)
{
	if (line->at[-1] == ',')
		line->at--;
	*line->at++ = end;
}

/* The text before a field of arbitrary bytes, and before its base64 form. */
struct quoted {
	const char *opening, *exact_opening;
	size_t size, exact_size; /* sizes of the two openings */
};

#define QUOTED(key)                                                                      \
	&(const struct quoted)                                                           \
	{                                                                                \
		",\"" key "\":\"", ",\"" key "_b64\":\"", sizeof(",\"" key "\":\"") - 1, \
			sizeof(",\"" key "_b64\":\"") - 1                                \
	}

/* Slow path of put_bytes(), for bytes that may need escaping or may not fit. */
bool put_escaped_bytes(struct line *line, const struct quoted *field, const char *bytes,
		       size_t size);

/* Writes a field of arbitrary bytes. Returns whether all of them fit. */
static inline bool put_bytes(struct line *line, const struct quoted *field, const char *bytes,
			     size_t size)
{
	if (field->size + size + 1 > (size_t)(line->limit - line->at) ||
	    !json_is_plain(bytes, size))
		return put_escaped_bytes(line, field, bytes, size);
	line->at = fmt_bytes(line->at, field->opening, field->size);
	line->at = fmt_bytes(line->at, bytes, size);
	put(line, "\"");
	return true;
}

/* The openings of a field that is a list of strings. */
#define QUOTED_LIST(key)                                                              \
	&(const struct quoted)                                                        \
	{                                                                             \
		",\"" key "\":[", ",\"" key "_b64\":[", sizeof(",\"" key "\":[") - 1, \
			sizeof(",\"" key "_b64\":[") - 1                              \
	}

/* Writes a list of strings, each with a terminating zero. Returns whether all of them fit. */
bool put_list(struct line *line, const struct quoted *field, const char *bytes, size_t size);

#endif
