// SPDX-License-Identifier: GPL-2.0-or-later
/* The numbers of CPUs; see cpus.h. */
#include "base/cpus.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define POSSIBLE "/sys/devices/system/cpu/possible"

/* Reads a number at *text and moves *text after it. */
static bool read_cpu_number(const char **text, unsigned int *number)
{
	unsigned long value;
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	value = strtoul(*text, &end, 10);
	*text = end;
	*number = value;
	return value < INT_MAX;
}

int cpus_parse(const char *list, __u64 *mask, size_t words)
{
	unsigned int first, last = 0;

	do {
		if (!read_cpu_number(&list, &first))
			return -EINVAL;
		last = first;
		if (*list == '-' && (list++, !read_cpu_number(&list, &last)))
			return -EINVAL;
		for (; mask && first <= last && first / 64 < words; first++)
			mask[first / 64] |= 1ull << first % 64;
	} while (*list++ == ',');
	return list[-1] && list[-1] != '\n' ? -EINVAL : (int)last + 1;
}

int cpus_possible(__u64 *mask, size_t words)
{
	FILE *file = fopen(POSSIBLE, "re");
	char list[4096];
	int limit = -errno;

	if (!file)
		return limit;
	limit = fgets(list, sizeof(list), file) ? cpus_parse(list, mask, words) : -EIO;
	fclose(file);
	return limit;
}
