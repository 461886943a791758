/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A thread that does one job at a time, so that the server's loop does not block in the kernel. */
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

	/* Protected by the lock. */
	worker_function *work; /* NULL: idle */
	void *argument;
	bool stopping;
};

/* Starts the thread. It writes to the eventfd `done` after each job. Returns 0 or -errno. */
int worker_start(struct worker *worker, int done, void *context);

bool worker_is_idle(struct worker *worker);

/* Makes the worker call work(context, argument). It must be idle. */
void worker_submit(struct worker *worker, worker_function *work, void *argument);

/* Waits for the current job and ends the thread. */
void worker_end(struct worker *worker);

#endif
