// SPDX-License-Identifier: GPL-2.0-or-later
/* A thread that does one job at a time; see worker.h. */
#include "server/worker.h"

#include <stddef.h>
#include <sys/eventfd.h>

/* Waits for a job. Returns NULL when the thread must end. */
static worker_function *wait_for_work(struct worker *worker)
{
	worker_function *work;

	pthread_mutex_lock(&worker->lock);
	while (!worker->work && !worker->stopping)
		pthread_cond_wait(&worker->wake, &worker->lock);
	work = worker->work;
	pthread_mutex_unlock(&worker->lock);
	return work;
}

static void *run_worker(void *argument)
{
	struct worker *worker = argument;
	worker_function *work;

	while ((work = wait_for_work(worker))) {
		work(worker->context, worker->argument);
		pthread_mutex_lock(&worker->lock);
		worker->work = NULL;
		pthread_mutex_unlock(&worker->lock);
		eventfd_write(worker->done, 1);
	}
	return NULL;
}

int worker_start(struct worker *worker, int done, void *context)
{
	*worker = (struct worker){.done = done, .context = context};
	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->wake, NULL);
	return -pthread_create(&worker->thread, NULL, run_worker, worker);
}

bool worker_is_idle(struct worker *worker)
{
	bool idle;

	pthread_mutex_lock(&worker->lock);
	idle = !worker->work;
	pthread_mutex_unlock(&worker->lock);
	return idle;
}

void worker_submit(struct worker *worker, worker_function *work, void *argument)
{
	pthread_mutex_lock(&worker->lock);
	worker->work = work;
	worker->argument = argument;
	pthread_cond_signal(&worker->wake);
	pthread_mutex_unlock(&worker->lock);
}

void worker_end(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	worker->stopping = true;
	pthread_cond_signal(&worker->wake);
	pthread_mutex_unlock(&worker->lock);
	pthread_join(worker->thread, NULL);
}
