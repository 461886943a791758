// SPDX-License-Identifier: GPL-2.0-or-later
/* Compares what the ears received with what the viewers saw; see hunt.h. */
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

/* Returns whether the viewer saw it at any time of the sound. */
static bool was_seen(const struct state *state, const struct sound *sound, unsigned int viewer)
{
	const struct state *end = hunt->log + count;

	for (; state < end && state->pid == sound->pid; state++) {
		const struct state *next = state + 1;
		bool last = next == end || next->pid != state->pid;

		if (state->seen >> viewer & 1 && sound->to_ns >= state->changing_ns &&
		    (last || sound->from_ns <= next->settled_ns))
			return true;
	}
	return false;
}

static unsigned int judge_sounds(const struct ear *ear, unsigned int viewer, const char *kind)
{
	unsigned int faults = 0, judged = 0;

	for (unsigned int i = 0; i < ear->sounds; i++) {
		const struct sound *sound = &ear->heard[i];
		const struct state *state = first_of(sound->pid);

		if (!state)
			continue;
		judged++;
		if (was_seen(state, sound, viewer))
			continue;
		if (faults++ < SHOWN)
			printf("# viewer %u, %s: type %u of process %u, which /proc hides then\n",
			       viewer, kind, sound->type, sound->pid);
	}
	printf("# viewer %u, %s: %u records of actors, %u of hidden ones, %u with secrets\n",
	       viewer, kind, judged, faults, ear->secrets);
	if (ear->secrets)
		printf("#   %s\n", ear->secret);
	if (ear->sounds == SOUNDS)
		printf("#   and there were more than could be noted\n");
	return faults + ear->secrets;
}

/*
 * The state of the process when the sound arrived: the ID may have belonged to others before. NULL:
 * it is not an actor.
 */
static const struct state *state_at(const struct sound *sound)
{
	const struct state *state = first_of(sound->pid), *end = hunt->log + count;

	while (state && state + 1 < end && state[1].pid == sound->pid &&
	       state[1].changing_ns <= sound->from_ns)
		state++;
	return state;
}

/*
 * For children that the viewer saw all their lives, each exit is reported once or counted as lost.
 */
static unsigned int judge_books(const struct ear *ear, unsigned int viewer)
{
	unsigned int expected = 0, got = 0;

	for (unsigned int i = 0; i < count; i++)
		expected += hunt->log[i].only && hunt->log[i].seen >> viewer & 1;
	for (unsigned int i = 0; i < ear->sounds; i++) {
		const struct sound *sound = &ear->heard[i];
		const struct state *state = state_at(sound);

		if (sound->type == PROCSIEVE_EXIT && !(sound->flags & PROCSIEVE_F_THREAD) && state)
			got += state->only && state->seen >> viewer & 1;
	}
	printf("# viewer %u: %u ends of children that it saw, %u reported, %llu lost\n", viewer,
	       expected, got, (unsigned long long)ear->lost_exits);
	return ear->sounds < SOUNDS && (got > expected || got + ear->lost_exits < expected);
}

unsigned int judge(void)
{
	unsigned int faults = 0;

	count = hunt->states < STATES ? hunt->states : STATES;
	qsort(hunt->log, count, sizeof(*hunt->log), compare_states);
	for (unsigned int viewer = 0; viewer < VIEWERS; viewer++) {
		const struct ear *ear = &hunt->ears[viewer];
		unsigned int looks = hunt->ears[VIEWERS + viewer].snapshots;

		faults += judge_sounds(ear, viewer, "events");
		faults += judge_books(ear, viewer);
		faults += judge_sounds(&hunt->ears[VIEWERS + viewer], viewer, "snapshots");
		/* If nothing was received, nothing is proven. */
		if (!ear->sounds || !looks)
			printf("# viewer %u: %u events, %u snapshots\n", viewer, ear->sounds,
			       looks);
		faults += !ear->sounds + !looks;
	}
	printf("# %u states\n", count);
	return faults;
}
