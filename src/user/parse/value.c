// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parses options with a single value: a number, a time, a size. Each has one error message, which
 * names the whole allowed range. Called by the subcommands while they parse their options.
 */
#include "parse/filter_lists.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "parse/list.h"
#include "base/quote.h"

#define NS_PER_S     1000000000ull
#define MAX_DECIMALS 9

int parse_number(const char *option, const char *text, uint64_t least, uint64_t most,
		 uint64_t *value, struct reason *why)
{
	uint64_t number;

	if (!scan_whole_number(text, &number) || number < least || number > most)
		return reason_set(why, STATUS_USAGE,
				  "%s: %s is not a number from %" PRIu64 " to %" PRIu64, option,
				  quote(text), least, most);
	*value = number;
	return 0;
}

/* Parses all digits after a decimal point. Fractions of a nanosecond are dropped. */
static bool scan_fraction(const char *text, uint64_t unit_ns, uint64_t *value_ns)
{
	const char *end = text;
	uint64_t digits, scale = 1;

	if (!scan_number(&end, &digits) || *end != '\0' || end - text > MAX_DECIMALS)
		return false;
	for (; text < end; text++)
		scale *= 10;
	*value_ns = digits * unit_ns / scale; /* product is below 10^18, so it cannot overflow */
	return true;
}

static bool scan_time(const char *text, uint64_t unit_ns, uint64_t *value_ns)
{
	uint64_t whole, fraction_ns = 0;

	if (!scan_number(&text, &whole))
		return false;
	if (*text == '.') {
		if (!scan_fraction(text + 1, unit_ns, &fraction_ns))
			return false;
	} else if (*text != '\0') {
		return false;
	}
	return !__builtin_mul_overflow(whole, unit_ns, value_ns) &&
	       !__builtin_add_overflow(*value_ns, fraction_ns, value_ns);
}

struct time_text {
	char text[32];
};

/* Formats as a user would write it: "0.5", not "0.500000000". */
static struct time_text time_text(uint64_t ns, uint64_t unit_ns)
{
	uint64_t rest = ns % unit_ns, step = unit_ns;
	struct time_text result;
	int length;

	length = snprintf(result.text, sizeof(result.text), "%" PRIu64, ns / unit_ns);
	if (rest)
		result.text[length++] = '.';
	for (; rest; rest %= step) {
		step /= 10;
		result.text[length++] = (char)('0' + rest / step);
	}
	result.text[length] = '\0';
	return result;
}

int parse_time(const char *option, const char *text, uint64_t unit_ns, uint64_t least_ns,
	       uint64_t most_ns, uint64_t *value_ns, struct reason *why)
{
	uint64_t ns;

	if (!scan_time(text, unit_ns, &ns) || ns < least_ns || ns > most_ns)
		return reason_set(why, STATUS_USAGE,
				  "%s: %s is not a number of %s from %s to %s, with at most %d "
				  "decimals",
				  option, quote(text),
				  unit_ns == NS_PER_S ? "seconds" : "milliseconds",
				  time_text(least_ns, unit_ns).text,
				  time_text(most_ns, unit_ns).text, MAX_DECIMALS);
	*value_ns = ns;
	return 0;
}

/* Each is 1024 times the previous one. */
static const char *const suffixes[] = {"", "K", "M", "G"};

#define SUFFIXES (sizeof(suffixes) / sizeof(suffixes[0]))

static bool scan_suffix(const char *text, unsigned int *shift)
{
	for (unsigned int i = 0; i < SUFFIXES; i++) {
		if (!strcasecmp(text, suffixes[i])) {
			*shift = 10 * i;
			return true;
		}
	}
	return false;
}

static bool scan_size(const char *text, uint64_t *value)
{
	unsigned int shift;

	return scan_number(&text, value) && scan_suffix(text, &shift) &&
	       !__builtin_mul_overflow(*value, 1ull << shift, value);
}

struct size_text {
	char text[24];
};

/* Formats as a user would write it: "4K", not "4096". */
static struct size_text size_text(uint64_t size)
{
	struct size_text result;
	unsigned int i = 0;

	for (; size && size % 1024 == 0 && i < SUFFIXES - 1; i++)
		size /= 1024;
	snprintf(result.text, sizeof(result.text), "%" PRIu64 "%s", size, suffixes[i]);
	return result;
}

int parse_size(const char *option, const char *text, uint64_t least, uint64_t most, uint64_t *value,
	       struct reason *why)
{
	uint64_t size;

	if (!scan_size(text, &size) || size < least || size > most || (size & (size - 1)))
		return reason_set(why, STATUS_USAGE, "%s: %s is not a power of two from %s to %s",
				  option, quote(text), size_text(least).text, size_text(most).text);
	*value = size;
	return 0;
}

int parse_bytes(const char *option, const char *text, uint64_t least, uint64_t most,
		uint64_t *value, struct reason *why)
{
	uint64_t size;

	if (!scan_size(text, &size) || size < least || size > most)
		return reason_set(why, STATUS_USAGE,
				  "%s: %s is not a size from %s on, such as 64K, 100M or 2G",
				  option, quote(text), size_text(least).text);
	*value = size;
	return 0;
}

int parse_hook_mode(const char *option, const char *text, enum hook_mode *mode, struct reason *why)
{
	static const char *const names[] = {"auto", "tracepoint", "fentry", "classic"};

	for (unsigned int i = 0; i < 4; i++) {
		if (!strcmp(text, names[i])) {
			*mode = i;
			return 0;
		}
	}
	return reason_set(why, STATUS_USAGE,
			  "%s: %s is not one of auto, tracepoint, fentry, classic", option,
			  quote(text));
}
