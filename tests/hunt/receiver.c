// SPDX-License-Identifier: GPL-2.0-or-later
/* Clients that record what they receive from a server; see hunt.h. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <procsieve/procsieve.h>

#include "hunt.h"

#define ALL_SECTIONS ((1u << PROCSIEVE_SECTION_COUNT) - 1)

static char variable[][PROCSIEVE_ENV_NAME_SIZE] = {"HUNT"};

/* The letter of the viewer's user. */
static char own_letter(unsigned int viewer)
{
	for (unsigned int i = 0; i < USERS; i++)
		if (viewers[viewer].identity.uid == hunt->users[i])
			return (char)('A' + i);
	return '?';
}

static void search(struct receiver *receiver, char own, const char *bytes, size_t size)
{
	const size_t length = sizeof(SECRET) - 1;
	const char *at = bytes, *end = bytes + size;

	while ((at = memmem(at, end - at, SECRET, length))) {
		at += length;
		if (at < end && *at == own)
			continue;
		if (!receiver->secrets++)
			snprintf(receiver->secret, sizeof(receiver->secret),
				 "type %d, offset %zu: %.*s",
				 ((const struct procsieve_record *)bytes)->type,
				 (size_t)(at - bytes), (int)(end - at < 20 ? end - at : 20), at);
	}
}

static void note(struct receiver *receiver, const struct procsieve_record *record, uint64_t to_ns)
{
	if (receiver->receipt_count < RECEIPTS)
		receiver->receipts[receiver->receipt_count++] = (struct receipt){
			record->boot_ns, to_ns, record->pid, record->type, record->flags};
}

static void take_all(struct procsieve *listener, struct receiver *receiver, char own)
{
	const struct procsieve_record *record;
	size_t size;

	while ((record = procsieve_next(listener, &size))) {
		search(receiver, own, (const char *)record, size);
		if (record->type < PROCSIEVE_EVENT_COUNT)
			note(receiver, record, record->boot_ns);
	}
	procsieve_release(listener);
}

_Noreturn void receiver_listen(unsigned int viewer)
{
	const struct procsieve_filter filter = {.events = PROCSIEVE_ALL_EVENTS,
						.threads = true,
						.sections = ALL_SECTIONS,
						.envs = variable,
						.env_count = 1};
	const struct procsieve_options options = {.socket = hunt->socket, .ring_size = 4 << 20};
	struct receiver *receiver = &hunt->receivers[viewer];
	const char own = own_letter(viewer);
	struct procsieve *listener;
	uint64_t lost[PROCSIEVE_EVENT_LIMIT];
	char reason[256];

	viewer_join(&viewers[viewer]);
	if (procsieve_open(&listener, &filter, &options, reason, sizeof(reason))) {
		fprintf(stderr, "viewer %u: %s\n", viewer, reason);
		_exit(1);
	}
	__atomic_store_n(&receiver->snapshots, 1, __ATOMIC_RELEASE);
	while (__atomic_load_n(&hunt->ended, __ATOMIC_ACQUIRE) < 2) {
		procsieve_wait(listener, 50);
		take_all(listener, receiver, own);
	}
	procsieve_stop(listener);
	take_all(listener, receiver, own);
	receiver->lost = procsieve_lost(listener, (__u64 *)lost);
	receiver->lost_exits = lost[PROCSIEVE_EXIT];
	procsieve_close(listener);
	_exit(0);
}

static int take_snapshot(struct receiver *receiver, char own, unsigned int turn)
{
	const struct procsieve_filter filter = {.threads = turn & 1, .no_args = turn & 2};
	const struct procsieve_selection selection = {
		.sections = ALL_SECTIONS & ~PROCSIEVE_SECTION(ENV) & ~PROCSIEVE_SECTION(PEAK),
		.mappings = turn & 4,
		.fds = turn & 8};
	const struct procsieve_options options = {.socket = hunt->socket};
	const struct procsieve_record *record;
	struct procsieve_snapshot *snapshot;
	char reason[256];
	size_t size;
	int err = procsieve_snapshot_open(&snapshot, &filter, &selection, &options, reason,
					  sizeof(reason));

	if (err) {
		fprintf(stderr, "a snapshot: %s\n", reason);
		return err;
	}
	while (procsieve_snapshot_next(snapshot, &record, &size) == 1) {
		search(receiver, own, (const char *)record, size);
		note(receiver, record, hunt_now());
	}
	procsieve_snapshot_close(snapshot);
	receiver->snapshots++;
	return 0;
}

_Noreturn void receiver_take_snapshots(unsigned int viewer)
{
	struct receiver *receiver = &hunt->receivers[VIEWERS + viewer];
	const char own = own_letter(viewer);
	unsigned int turn = 0;

	viewer_join(&viewers[viewer]);
	while (!__atomic_load_n(&hunt->ended, __ATOMIC_ACQUIRE))
		if (take_snapshot(receiver, own, turn++))
			_exit(1);
	_exit(0);
}
