// SPDX-License-Identifier: GPL-2.0-or-later
/* Compares what the receivers got with what the viewers saw; see hunt.h. */
#include <stdio.h>
#include <stdlib.h>

#include <procsieve/event.h>
#include <procsieve/record.h>

#include "hunt.h"

/* The number of faults of one kind that are printed. */
#define SHOWN 5

static unsigned int count; /* of states, sorted by process and time */

static int compare_states(const void *one, const void *other)
{
	const struct state *a = one, *b = other;

	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return a->changing_ns < b->changing_ns ? -1 : a->changing_ns > b->changing_ns;
}

/* The first state of a process; NULL: it is not an actor. */
static const struct state *first_of(uint32_t pid)
{
	unsigned int from = 0, to = count;

	while (from < to) {
		unsigned int middle = from + (to - from) / 2;

		if (hunt->log[middle].pid < pid)
			from = middle + 1;
		else
			to = middle;
	}
	return from < count && hunt->log[from].pid == pid ? &hunt->log[from] : NULL;
}

/* Returns whether the viewer saw it at any time of the record. */
static bool was_seen(const struct state *state, const struct receipt *receipt, unsigned int viewer)
{
	const struct state *end = hunt->log + count;

	for (; state < end && state->pid == receipt->pid; state++) {
		const struct state *next = state + 1;
		bool last = next == end || next->pid != state->pid;

		if (state->seen >> viewer & 1 && receipt->to_ns >= state->changing_ns &&
		    (last || receipt->from_ns <= next->settled_ns))
			return true;
	}
	return false;
}

static unsigned int compare_receipts(const struct receiver *receiver, unsigned int viewer,
				     const char *kind)
{
	unsigned int faults = 0, compared = 0;

	for (unsigned int i = 0; i < receiver->receipt_count; i++) {
		const struct receipt *receipt = &receiver->receipts[i];
		const struct state *state = first_of(receipt->pid);

		if (!state)
			continue;
		compared++;
		if (was_seen(state, receipt, viewer))
			continue;
		if (faults++ < SHOWN)
			printf("# viewer %u, %s: type %u of process %u, which /proc hides then\n",
			       viewer, kind, receipt->type, receipt->pid);
	}
	printf("# viewer %u, %s: %u records of actors, %u of hidden ones, %u with secrets\n",
	       viewer, kind, compared, faults, receiver->secrets);
	if (receiver->secrets)
		printf("#   %s\n", receiver->secret);
	if (receiver->receipt_count == RECEIPTS)
		printf("#   and there were more than could be noted\n");
	return faults + receiver->secrets;
}

/*
 * The state of the process when the record arrived: the ID may have belonged to others before.
 * NULL: it is not an actor.
 */
static const struct state *state_at(const struct receipt *receipt)
{
	const struct state *state = first_of(receipt->pid), *end = hunt->log + count;

	while (state && state + 1 < end && state[1].pid == receipt->pid &&
	       state[1].changing_ns <= receipt->from_ns)
		state++;
	return state;
}

/*
 * For children that the viewer saw all their lives, each exit is reported once or counted as lost.
 */
static unsigned int compare_exits(const struct receiver *receiver, unsigned int viewer)
{
	unsigned int expected = 0, got = 0;

	for (unsigned int i = 0; i < count; i++)
		expected += hunt->log[i].unchanging && hunt->log[i].seen >> viewer & 1;
	for (unsigned int i = 0; i < receiver->receipt_count; i++) {
		const struct receipt *receipt = &receiver->receipts[i];
		const struct state *state = state_at(receipt);

		if (receipt->type == PROCSIEVE_EXIT && !(receipt->flags & PROCSIEVE_F_THREAD) &&
		    state)
			got += state->unchanging && state->seen >> viewer & 1;
	}
	printf("# viewer %u: %u ends of children that it saw, %u reported, %llu lost\n", viewer,
	       expected, got, (unsigned long long)receiver->lost_exits);
	return receiver->receipt_count < RECEIPTS &&
	       (got > expected || got + receiver->lost_exits < expected);
}

unsigned int compare(void)
{
	unsigned int faults = 0;

	count = hunt->states < STATES ? hunt->states : STATES;
	qsort(hunt->log, count, sizeof(*hunt->log), compare_states);
	for (unsigned int viewer = 0; viewer < VIEWERS; viewer++) {
		const struct receiver *receiver = &hunt->receivers[viewer];
		unsigned int looks = hunt->receivers[VIEWERS + viewer].snapshots;

		faults += compare_receipts(receiver, viewer, "events");
		faults += compare_exits(receiver, viewer);
		faults += compare_receipts(&hunt->receivers[VIEWERS + viewer], viewer, "snapshots");
		/* If nothing was received, nothing is proven. */
		if (!receiver->receipt_count || !looks)
			printf("# viewer %u: %u events, %u snapshots\n", viewer,
			       receiver->receipt_count, looks);
		faults += !receiver->receipt_count + !looks;
	}
	printf("# %u states\n", count);
	return faults;
}
