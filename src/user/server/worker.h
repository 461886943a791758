/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread that does one piece of work at a time, so that the loop of the server need not wait for
 * the kernel.
 */
#ifndef USER_SERVER_WORKER_H
#define USER_SERVER_WORKER_H

#include <pthread.h>
#include <stdbool.h>

typedef void worker_function(void *context, void *argument);

struct worker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int done; /* eventfd of its owner */
	void *context;

	/* Under the lock. */
	worker_function *work; /* NULL: it is idle */
	void *argument;
	bool ends;
};

/*
 * Starts the thread. `done`: an eventfd that is written to after each piece of work. Returns 0 or
 * -errno.
 */
int worker_start(struct worker *worker, int done, void *context);

bool worker_is_idle(struct worker *worker);

/* Has it call work(context, argument). It must be idle. */
void worker_give(struct worker *worker, worker_function *work, void *argument);

/* Waits for the work that it has, and ends the thread. */
void worker_end(struct worker *worker);

#endif
