// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys to sort processes by; see table.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <procsieve/read_record.h>

#include "table/table_internal.h"

/* Copies a section of fixed size. Zeroed if the record has no such section. */
static void copy_section(const struct item *item, unsigned int kind, void *data, size_t size)
{
	size_t offset = procsieve_body_size(&item->record, item->size);
	const struct procsieve_section *section;

	memset(data, 0, size);
	while (item->record.flags & PROCSIEVE_F_SECTIONS &&
	       (section = procsieve_next_section(&item->record, item->size, &offset)))
		if (section->kind == kind)
			procsieve_section_copy(section, data, size);
}

static const struct procsieve_process *process_of(const struct item *item)
{
	static const struct procsieve_process none;
	const struct procsieve_process *process = procsieve_payload(
		&item->record, item->size, offsetof(struct procsieve_process, command));

	return process ? process : &none;
}

static uint64_t key_pid(const struct item *item)
{
	return item->record.pid;
}

static uint64_t key_ppid(const struct item *item)
{
	return item->record.ppid;
}

static uint64_t key_user(const struct item *item)
{
	return item->record.uid;
}

/*
 * Returns half of a name as a number that sorts like the text: the first byte is the most
 * significant.
 */
static uint64_t comm_half(const struct item *item, size_t offset)
{
	uint64_t bytes;

	_Static_assert(sizeof(item->record.comm) == 2 * sizeof(bytes), "two halves are all");
	memcpy(&bytes, item->record.comm + offset, sizeof(bytes));
	return __builtin_bswap64(bytes);
}

static uint64_t key_comm(const struct item *item)
{
	return comm_half(item, 0);
}

static uint64_t key_comm_second_half(const struct item *item)
{
	return comm_half(item, sizeof(uint64_t));
}

static uint64_t key_state(const struct item *item)
{
	return (unsigned char)process_of(item)->state;
}

static uint64_t key_start(const struct item *item)
{
	return item->record.start_ns;
}

static uint64_t key_threads(const struct item *item)
{
	return process_of(item)->threads;
}

static uint64_t key_cpu(const struct item *item)
{
	struct procsieve_time time;

	copy_section(item, PROCSIEVE_SECTION_TIME, &time, sizeof(time));
	return time.runtime;
}

static uint64_t key_rss(const struct item *item)
{
	struct procsieve_mem mem;

	copy_section(item, PROCSIEVE_SECTION_MEM, &mem, sizeof(mem));
	return mem.rss_anon + mem.rss_file + mem.rss_shmem;
}

static uint64_t key_vsz(const struct item *item)
{
	struct procsieve_mem mem;

	copy_section(item, PROCSIEVE_SECTION_MEM, &mem, sizeof(mem));
	return mem.size;
}

static const struct key {
	const char *name;
	uint64_t (*value)(const struct item *item);
	uint32_t sections;
	/* The second half of a long value, or NULL. */
	uint64_t (*second_value)(const struct item *item);
} keys[] = {
	{"pid", key_pid, 0, NULL},
	{"ppid", key_ppid, 0, NULL},
	{"user", key_user, 0, NULL},
	{"comm", key_comm, 0, key_comm_second_half},
	{"state", key_state, 0, NULL},
	{"start", key_start, 0, NULL},
	{"threads", key_threads, 0, NULL},
	{"cpu", key_cpu, PROCSIEVE_SECTION(TIME), NULL},
	{"rss", key_rss, PROCSIEVE_SECTION(MEM), NULL},
	{"vsz", key_vsz, PROCSIEVE_SECTION(MEM), NULL},
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

int table_compare(const struct sort_order *order, const struct item *one, const struct item *other)
{
	for (size_t i = 0; i < order->count; i++) {
		const struct key *key = &keys[order->keys[i]];
		uint64_t a = key->value(one), b = key->value(other);

		if (a == b && key->second_value) {
			a = key->second_value(one);
			b = key->second_value(other);
		}
		if (a != b)
			return (a < b) != order->descending[i] ? -1 : 1;
	}
	return 0;
}

void sort_key_names(char *text, size_t size)
{
	size_t length = 0;

	for (size_t i = 0; i < KEY_COUNT && length < size; i++)
		length +=
			snprintf(text + length, size - length, "%s%s", i ? ", " : "", keys[i].name);
}

const char *sort_order_name(const struct sort_order *order, size_t index)
{
	return keys[order->keys[index]].name;
}

int sort_order_add(struct sort_order *order, const char *name, bool descending)
{
	size_t key = 0;

	while (key < KEY_COUNT && strcmp(name, keys[key].name) != 0)
		key++;
	if (key == KEY_COUNT)
		return -ENOENT;
	if (order->count == SORT_KEYS_MAX)
		return -E2BIG;
	order->keys[order->count] = key;
	order->descending[order->count++] = descending;
	order->sections |= keys[key].sections;
	return 0;
}
