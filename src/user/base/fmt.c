// SPDX-License-Identifier: GPL-2.0-or-later
/* Formats numbers and times; see fmt.h. */
#include "base/fmt.h"

#include <time.h>

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
			    "25262728293031323334353637383940414243444546474849"
			    "50515253545556575859606162636465666768697071727374"
			    "75767778798081828384858687888990919293949596979899";

static char *put_pair(char *at, unsigned int number)
{
	return fmt_bytes(at, pairs + 2 * number, 2);
}

/* Writes four digits. The two divisions do not depend on each other. */
static char *put_four(char *at, uint32_t number)
{
	return put_pair(put_pair(at, number / 100), number % 100);
}

static char *put_eight(char *at, uint32_t number)
{
	return put_four(put_four(at, number / 10000), number % 10000);
}

/* Writes up to eight digits, without leading zeros. */
static char *put_up_to_eight(char *at, uint32_t number)
{
	if (number < 100) {
		if (number >= 10)
			return put_pair(at, number);
		*at++ = '0' + number;
		return at;
	}
	if (number < 10000) {
		at = put_up_to_eight(at, number / 100);
		return put_pair(at, number % 100);
	}
	at = put_up_to_eight(at, number / 10000);
	return put_four(at, number % 10000);
}

char *fmt_u64(char *at, uint64_t number)
{
	const uint32_t eight = 100000000;

	if (number < eight)
		return put_up_to_eight(at, number);
	at = fmt_u64(at, number / eight);
	return put_eight(at, number % eight);
}

char *fmt_digits(char *at, uint64_t number, unsigned int digits)
{
	char *end = at + digits;

	for (at = end; digits >= 2; digits -= 2, number /= 100)
		put_pair(at -= 2, number % 100);
	if (digits)
		*--at = '0' + number % 10;
	return end;
}

char *fmt_i64(char *at, int64_t number)
{
	if (number >= 0)
		return fmt_u64(at, number);
	*at++ = '-';
	return fmt_u64(at, -(uint64_t)number);
}

char *fmt_hex(char *at, uint64_t number, unsigned int digits)
{
	for (unsigned int i = 0; i < digits; i++)
		at[i] = "0123456789abcdef"[number >> 4 * (digits - 1 - i) & 15];
	return at + digits;
}

char *fmt_hex_from(char *at, uint64_t number, unsigned int least)
{
	unsigned int bits = number ? 64 - __builtin_clzll(number) : 0, digits = (bits + 3) / 4;

	return fmt_hex(at, number, digits > least ? digits : least);
}

char *fmt_octal(char *at, uint64_t number)
{
	unsigned int bits = number ? 64 - __builtin_clzll(number) : 1, digits = (bits + 2) / 3;

	*at++ = '0';
	for (unsigned int i = 0; i < digits; i++)
		at[i] = (char)('0' + (number >> 3 * (digits - 1 - i) & 7));
	return at + digits;
}

static void put_date(char text[20], time_t second)
{
	struct tm tm;

	gmtime_r(&second, &tm);
	fmt_digits(text, tm.tm_year + 1900, 4);
	text[4] = '-';
	put_pair(text + 5, tm.tm_mon + 1);
	text[7] = '-';
	put_pair(text + 8, tm.tm_mday);
	text[10] = 'T';
	put_pair(text + 11, tm.tm_hour);
	text[13] = ':';
	put_pair(text + 14, tm.tm_min);
	text[16] = ':';
	put_pair(text + 17, tm.tm_sec);
	text[19] = '.';
}

char *fmt_utc(char *at, int64_t real_ns)
{
	static char date[20];
	static int64_t second = INT64_MIN;
	uint32_t rest;
	int64_t now = fmt_split_seconds(real_ns, &rest);

	if (now != second) {
		put_date(date, now);
		second = now;
	}
	at = fmt_bytes(at, date, sizeof(date));
	*at++ = '0' + rest / 100000000;
	at = put_eight(at, rest % 100000000);
	*at++ = 'Z';
	return at;
}
