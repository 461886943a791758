// SPDX-License-Identifier: GPL-2.0-or-later
/* Names used in a server's status; see status_print.h. */
#include <stddef.h>

#include <procsieve/section.h>

#include "base/clock.h"
#include "cli/status_print.h"

double status_seconds_since(uint64_t boot_ns)
{
	return ((double)clock_boot_ns() - (double)boot_ns) / 1e9;
}

/* The names of the lists of a filter. */
const char *const status_list_names[WIRE_LIST_COUNT] = {
#define X(member, size, most) [WIRE_##member] = #member,
	WIRE_LISTS(X)
#undef X
};

static const struct {
	uint32_t flag;
	const char *name;
} flag_names[] = {
	{WIRE_THREADS, "threads"},
	{WIRE_NO_ARGS, "no_args"},
	{WIRE_FOLLOW, "follow"},
	{WIRE_STATUSES, "exit_status"},
};

#define FLAG_COUNT (sizeof(flag_names) / sizeof(flag_names[0]))

static const char *const section_names[PROCSIEVE_SECTION_COUNT] = {
#define X(NAME, name, data, text) [PROCSIEVE_SECTION_##NAME] = #name,
	PROCSIEVE_SECTIONS(X)
#undef X
};

const char *status_section_name(unsigned int kind)
{
	return kind < PROCSIEVE_SECTION_COUNT ? section_names[kind] : NULL;
}

const char *status_flag_name(unsigned int bit)
{
	for (size_t i = 0; i < FLAG_COUNT; i++)
		if (flag_names[i].flag == 1u << bit)
			return flag_names[i].name;
	return NULL;
}
