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
#include "base/nearest.h"
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

static const struct {
	const char *name;
	uint64_t ns;
} units[] = {
	{"ms", 1000000},
	{"s", NS_PER_S},
	{"m", 60 * NS_PER_S},
	{"h", 3600 * NS_PER_S},
};

/* Parses all digits between a decimal point and the unit. Fractions of a nanosecond are dropped. */
static bool scan_fraction(const char *text, const char *unit, uint64_t unit_ns, uint64_t *value_ns)
{
	const char *end = text;
	uint64_t digits, scale = 1;

	if (!scan_number(&end, &digits) || end != unit || end - text > MAX_DECIMALS)
		return false;
	for (; text < end; text++)
		scale *= 10;
	/* 10^9 hours are too many for 64 bits. */
	*value_ns = (uint64_t)((unsigned __int128)digits * unit_ns / scale);
	return true;
}

/* Returns nanoseconds, or 0 if there is no such unit. */
static uint64_t find_unit(const char *name)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(name, units[i].name))
			return units[i].ns;
	return 0;
}

/* Numbers without a unit are multiples of `plain_ns`. */
static bool scan_time(const char *text, uint64_t plain_ns, uint64_t *value_ns)
{
	const char *unit = text + strspn(text, "0123456789.");
	uint64_t unit_ns = *unit ? find_unit(unit) : plain_ns, whole, fraction_ns = 0;

	if (!unit_ns || !scan_number(&text, &whole))
		return false;
	if (*text == '.' ? !scan_fraction(text + 1, unit, unit_ns, &fraction_ns) : text != unit)
		return false;
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
				  "%s: %s is not a time from %s to %s %s, with at most %d "
				  "decimals, or with a unit: 100ms, 5s, 2m, 1h",
				  option, quote(text), time_text(least_ns, unit_ns).text,
				  time_text(most_ns, unit_ns).text,
				  unit_ns == NS_PER_S ? "seconds" : "milliseconds", MAX_DECIMALS);
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

#define HOOK_MODES "auto, tracepoint, fentry, classic"

int parse_hook_mode(const char *option, const char *text, enum hook_mode *mode, struct reason *why)
{
	static const char *const names[] = {"auto", "tracepoint", "fentry", "classic"};

	for (unsigned int i = 0; i < 4; i++) {
		if (!strcmp(text, names[i])) {
			*mode = i;
			return 0;
		}
	}
	return reason_set(why, STATUS_USAGE, "%s: %s is not one of " HOOK_MODES "%s", option,
			  quote(text), nearest_listed(text, HOOK_MODES));
}
