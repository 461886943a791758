/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Formats text without printf(3). Every function writes at `at` and returns the end of what it
 * wrote. The caller provides enough room. No terminating zero is written.
 */
#ifndef USER_BASE_FMT_H
#define USER_BASE_FMT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Maximum number of digits of a 64-bit number. */
#define FMT_U64_MAX 20
#define FMT_HEX_MAX 16

/* "2026-01-31T23:59:59.123456789Z" */
#define FMT_UTC_SIZE 30

static inline char *fmt_bytes(char *at, const void *bytes, size_t size)
{
	memcpy(at, bytes, size);
	return at + size;
}

static inline char *fmt_string(char *at, const char *string)
{
	return fmt_bytes(at, string, strlen(string));
}

/* For a string literal: the size is a constant, so the copy becomes a few stores. */
#define fmt_literal(at, literal) fmt_bytes(at, "" literal "", sizeof(literal) - 1)

/* Writes the number in decimal, at most FMT_U64_MAX bytes. */
char *fmt_u64(char *at, uint64_t number);
char *fmt_i64(char *at, int64_t number);

/* Writes exactly `digits` decimal digits, with leading zeros. */
char *fmt_digits(char *at, uint64_t number, unsigned int digits);

/* Writes exactly `digits` lower-case hexadecimal digits, with leading zeros. */
char *fmt_hex(char *at, uint64_t number, unsigned int digits);

/* The same, with as many digits as needed but at least `least`, which is 1 to 16. */
char *fmt_hex_from(char *at, uint64_t number, unsigned int least);

/* Writes the number in octal, with a leading zero. */
char *fmt_octal(char *at, uint64_t number);

/*
 * Formats nanoseconds since 1970 as RFC 3339 in UTC, FMT_UTC_SIZE bytes. Caches the text of the
 * last second without locking, so only one thread may call it.
 */
char *fmt_utc(char *at, int64_t real_ns);

/* Returns whole seconds, rounded down, and stores the remaining nanoseconds in *rest. */
static inline int64_t fmt_split_seconds(int64_t ns, uint32_t *rest)
{
	const int64_t second = 1000000000, left = ns % second;

	*rest = left < 0 ? left + second : left;
	return ns / second - (left < 0);
}

#endif
