/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing text without printf(3), for the formatters: every function writes at `at`, where the
 * caller has seen to the room, and returns the end of what it wrote. Nothing is zero-terminated.
 */
#ifndef USER_BASE_FMT_H
#define USER_BASE_FMT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Digits of the largest 64-bit number. */
#define TEXT_NUMBER_MAX 20
#define TEXT_HEX_MAX	16

/* "2026-01-31T23:59:59.123456789Z" */
#define TEXT_TIME_SIZE 30

static inline char *fmt_bytes(char *at, const void *bytes, size_t size)
{
	memcpy(at, bytes, size);
	return at + size;
}

static inline char *fmt_string(char *at, const char *string)
{
	return fmt_bytes(at, string, strlen(string));
}

/* A string literal: its length is known, and the copy becomes a few stores. */
#define fmt_literal(at, literal) fmt_bytes(at, "" literal "", sizeof(literal) - 1)

/* Decimal. */
char *fmt_u64(char *at, uint64_t number);
char *fmt_i64(char *at, int64_t number);

/* Decimal with leading zeros, `digits` of them in all. */
char *fmt_digits(char *at, uint64_t number, unsigned int digits);

/* Hexadecimal, in small letters, with leading zeros, `digits` of them in all. */
char *fmt_hex(char *at, uint64_t number, unsigned int digits);

/* The same with as many digits as it needs, `least` of them at least; `least` is 1 to 16. */
char *fmt_hex_from(char *at, uint64_t number, unsigned int least);

/* Octal, with a zero before it. */
char *fmt_octal(char *at, uint64_t number);

/*
 * Nanoseconds since 1970 as RFC 3339 UTC, TEXT_TIME_SIZE bytes; and as local time of day,
 * "23:59:59.123". Both keep the last second's text: for one thread.
 */
char *fmt_utc(char *at, int64_t real_ns);
char *fmt_local_time(char *at, int64_t real_ns);

#endif
