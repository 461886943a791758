// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Turns of users: in whatever order requests arrive, one of each user is served before a second one
 * of any user.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/turns.h"

#define MOST 16

/* The waiting requests, in order of arrival. */
struct queue {
	struct turns turns;
	struct {
		uint32_t user;
		uint64_t round;
	} waiting[MOST];
	size_t count;
};

static void arrive(struct queue *queue, uint32_t user)
{
	assert_true(queue->count < MOST);
	queue->waiting[queue->count].user = user;
	queue->waiting[queue->count++].round = turns_enter(&queue->turns, user);
}

/* Serves the next request; returns its user. */
static uint32_t serve(struct queue *queue)
{
	size_t first = 0;
	uint32_t user;

	assert_true(queue->count > 0);
	for (size_t i = 1; i < queue->count; i++)
		if (queue->waiting[i].round < queue->waiting[first].round)
			first = i;
	user = queue->waiting[first].user;
	turns_serve(&queue->turns, queue->waiting[first].round);
	memmove(&queue->waiting[first], &queue->waiting[first + 1],
		(--queue->count - first) * sizeof(queue->waiting[0]));
	return user;
}

/*
 * Users 1, 2 and 3 with four, two and one request: each order of arrival is a number in base three.
 */
#define REQUESTS 7
#define ORDERS	 2187

static bool arrive_in_order(struct queue *queue, unsigned int order)
{
	unsigned int left[] = {4, 2, 1};

	for (unsigned int i = 0; i < REQUESTS; i++, order /= 3) {
		if (!left[order % 3]--)
			return false;
		arrive(queue, order % 3 + 1);
	}
	return true;
}

static void each_user_is_served_once_before_any_is_twice(void **state)
{
	unsigned int orders = 0;

	(void)state;
	for (unsigned int order = 0; order < ORDERS; order++) {
		struct queue queue = {0};
		unsigned int seen = 0;

		if (!arrive_in_order(&queue, order))
			continue;
		orders++;
		for (int i = 0; i < 3; i++)
			seen |= 1u << serve(&queue);
		assert_int_equal(seen, 0xe);
		/* Then users with a second request, then the rest. */
		seen = 1u << serve(&queue);
		seen |= 1u << serve(&queue);
		assert_int_equal(seen, 0x6);
		assert_int_equal(serve(&queue), 1);
		assert_int_equal(serve(&queue), 1);
	}
	assert_int_equal(orders, 105);
}

/* Requests of one user keep their order. */
static void requests_of_a_round_keep_their_order(void **state)
{
	struct queue queue = {0};

	(void)state;
	arrive(&queue, 7);
	arrive(&queue, 5);
	arrive(&queue, 6);
	assert_int_equal(serve(&queue), 7);
	assert_int_equal(serve(&queue), 5);
	assert_int_equal(serve(&queue), 6);
}

/*
 * A user that sends a request again as soon as it was served does not delay another, however many
 * requests that one has.
 */
static void coming_back_at_once_gains_nothing(void **state)
{
	struct queue queue = {0};
	unsigned int others = 0;

	(void)state;
	arrive(&queue, 1);
	for (int i = 0; i < 8; i++)
		arrive(&queue, 2);
	for (int i = 0; i < 16; i++) {
		uint32_t user = serve(&queue);

		others += user == 2;
		if (user == 1)
			arrive(&queue, 1);
	}
	assert_int_equal(others, 8);
}

/*
 * Other users that send one request each, one after the other, get at most one turn before the
 * second request of a waiting user.
 */
static void a_waiting_user_is_not_overtaken_for_ever(void **state)
{
	struct queue queue = {0};
	unsigned int turns = 0;

	(void)state;
	arrive(&queue, 1);
	arrive(&queue, 1);
	assert_int_equal(serve(&queue), 1);
	arrive(&queue, 2);
	do {
		arrive(&queue, 2);
		turns++;
	} while (serve(&queue) != 1 && turns < 8);
	assert_true(turns <= 2);
}

static void more_users_than_are_remembered_wait_one_round(void **state)
{
	static struct turns turns;

	(void)state;
	for (uint32_t user = 0; user < TURNS_USERS; user++)
		assert_int_equal(turns_enter(&turns, user), 0);
	assert_int_equal(turns_enter(&turns, TURNS_USERS), 1);
	/* Users that have had their turn are forgotten then. */
	turns_serve(&turns, 1);
	assert_int_equal(turns_enter(&turns, TURNS_USERS), 1);
	assert_int_equal(turns.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_user_is_served_once_before_any_is_twice),
		cmocka_unit_test(requests_of_a_round_keep_their_order),
		cmocka_unit_test(coming_back_at_once_gains_nothing),
		cmocka_unit_test(a_waiting_user_is_not_overtaken_for_ever),
		cmocka_unit_test(more_users_than_are_remembered_wait_one_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
