// SPDX-License-Identifier: GPL-2.0-or-later
/* The server's event loop; see server.h. */
#include "server/server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "server/client.h"
#include "base/clock.h"
#include "server/sd_notify.h"
#include "server/client_fds.h"

#define TICK_SECONDS 1

/*
 * Connections accepted before any is served: all that the socket's queue holds, so that root's are
 * among them.
 */
#define ACCEPT_AT_ONCE 128

/* epoll data of the loop's own descriptors. That of a client is its address. */
enum { WAKE_SOCKET, WAKE_SIGNAL, WAKE_DONE, WAKE_TICK, WAKE_SETTLE, WAKE_WATCHDOG, WAKE_COUNT };

struct loop {
	struct server *server;
	struct clients *clients;
	int poller;
	int signals, tick, watchdog;
	bool ticks;
	bool closed; /* temporarily not accepting */
	bool ended;
};

static void add(const struct loop *loop, int fd, uint64_t what)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = what};

	epoll_ctl(loop->poller, EPOLL_CTL_ADD, fd, &event);
}

/*
 * Waits for a client's next event with EPOLLONESHOT, because a client that has disconnected would
 * be reported for as long as its descriptor is open. For a client that waits for its turn or has
 * its reply, only EPOLLHUP is expected.
 */
static void expect(const struct loop *loop, const struct client *client, int operation)
{
	bool speaks = client->state == CLIENT_CONNECTED || client->state == CLIENT_LISTENING;
	const uint32_t events = speaks ? EPOLLIN | EPOLLRDHUP : 0;
	struct epoll_event event = {.events = events | EPOLLONESHOT, .data.u64 = (uintptr_t)client};

	epoll_ctl(loop->poller, operation, client->fd, &event);
}

static int open_timer(uint64_t interval_ns)
{
	const struct timespec interval = {interval_ns / 1000000000, interval_ns % 1000000000};
	const struct itimerspec time = {interval, interval};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd >= 0 && interval_ns)
		timerfd_settime(fd, 0, &time, NULL);
	return fd;
}

/*
 * A running timer is not restarted, so that a client that connects again and again cannot delay it.
 */
static void let_tick(struct loop *loop, bool on)
{
	const struct timespec interval = {on ? TICK_SECONDS : 0, 0};
	const struct itimerspec time = {interval, interval};

	if (loop->ticks != on)
		timerfd_settime(loop->tick, 0, &time, NULL);
	loop->ticks = on;
}

static sigset_t signals_of_server(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	return set;
}

void server_hold_signals(void)
{
	sigset_t set = signals_of_server();

	sigprocmask(SIG_BLOCK, &set, NULL);
}

static int open_signals(void)
{
	sigset_t set = signals_of_server();

	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Starts or stops accepting connections. */
static void open_door(struct loop *loop, bool open)
{
	struct epoll_event event = {.events = open ? EPOLLIN : 0, .data.u64 = WAKE_SOCKET};

	epoll_ctl(loop->poller, EPOLL_CTL_MOD, loop->server->listening.fd, &event);
	loop->closed = !open;
}

/* Stops accepting until the next tick, because accept(2) would fail again now. */
static void shut_door(struct loop *loop)
{
	open_door(loop, false);
	let_tick(loop, true);
}

/*
 * Returns whether accept(2) failed for lack of descriptors or memory. The connection stays in the
 * socket's queue.
 */
static bool is_exhausted(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static void accept_clients(struct loop *loop)
{
	if (client_fds_many_closing()) {
		shut_door(loop);
		return;
	}
	for (unsigned int turn = 0; turn < ACCEPT_AT_ONCE; turn++) {
		int fd = accept4(loop->server->listening.fd, NULL, NULL,
				 SOCK_CLOEXEC | SOCK_NONBLOCK);
		struct client *client;

		if (fd < 0) {
			if (is_exhausted(errno))
				shut_door(loop);
			return;
		}
		client = client_add(loop->clients, fd);
		if (!client)
			continue;
		/* Most clients have already sent their request. */
		client_serve(loop->clients, client);
		if (client->state == CLIENT_FREE)
			continue;
		expect(loop, client, EPOLL_CTL_ADD);
		let_tick(loop, true);
	}
}

/* Settings that cannot change at run time stay, and a message is printed. */
static void reload(struct loop *loop)
{
	struct server *server = loop->server;
	struct settings options;
	struct reason why;
	char state[64];

	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%llu",
		 (unsigned long long)(clock_ns(CLOCK_MONOTONIC) / 1000));
	sd_notify_send(state);
	subordinate_read_own(&loop->clients->quota.subordinate);
	if (settings_read(&options, server->argc, server->argv, &why)) {
		reason_print(&why);
	} else {
		if (strcmp(options.socket, server->options->socket) != 0)
			fprintf(stderr, "procsieve: the socket stays %s until the next start\n",
				server->options->socket);
		if (options.way != server->options->way)
			fprintf(stderr, "procsieve: the hooks stay until the next start\n");
		strcpy(options.socket, server->options->socket);
		options.way = server->options->way;
		*server->options = options;
		if (server_socket_permit(&server->listening, &options, &why))
			reason_print(&why);
	}
	sd_notify_send("READY=1");
}

static void take_signal(struct loop *loop)
{
	struct signalfd_siginfo info;

	while (read(loop->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			reload(loop);
		else
			loop->ended = true;
	}
}

/*
 * The timer runs only while a client has not sent its request or not received its reply, or while
 * the server does not accept.
 */
static void take_tick(struct loop *loop)
{
	uint64_t expirations;
	bool others;

	if (read(loop->tick, &expirations, sizeof(expirations)) < 0)
		return;
	others = clients_expire(loop->clients, clock_ns(CLOCK_BOOTTIME));
	if (loop->closed)
		open_door(loop, !client_fds_many_closing());
	let_tick(loop, others || loop->closed);
}

static void take_watchdog(struct loop *loop)
{
	uint64_t expirations;

	if (read(loop->watchdog, &expirations, sizeof(expirations)) > 0)
		sd_notify_send("WATCHDOG=1");
}

/* Serves the clients whose turn it is, and polls those that have received a reply. */
static bool serve(struct loop *loop)
{
	bool others = clients_dispatch(loop->clients);

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &loop->clients->all[i];

		if (!client->unheard ||
		    (client->state != CLIENT_LISTENING && client->state != CLIENT_ANSWERED))
			continue;
		client->unheard = false;
		expect(loop, client, EPOLL_CTL_MOD);
		/* No event reports that a reply was received, so the timer checks. */
		if (client->state == CLIENT_ANSWERED)
			let_tick(loop, true);
	}
	return others;
}

static void take_client(struct loop *loop, struct client *client)
{
	client_serve(loop->clients, client);
	if (client->state == CLIENT_CONNECTED || client->state == CLIENT_WAITING)
		expect(loop, client, EPOLL_CTL_MOD);
}

static void take(struct loop *loop, uint64_t what)
{
	switch (what) {
	case WAKE_SOCKET:
		return accept_clients(loop);
	case WAKE_SIGNAL:
		return take_signal(loop);
	case WAKE_DONE:
		return clients_reap(loop->clients);
	case WAKE_TICK:
		return take_tick(loop);
	case WAKE_SETTLE:
		return clients_settle(loop->clients);
	case WAKE_WATCHDOG:
		return take_watchdog(loop);
	default:
		return take_client(loop, (struct client *)(uintptr_t)what);
	}
}

/*
 * Handles all ready descriptors before it serves a client, and again before it serves the next, so
 * that root is served first.
 */
static void run(struct loop *loop)
{
	struct epoll_event events[CLIENTS_MAX + WAKE_COUNT];
	bool others = false;

	while (!loop->ended) {
		int count =
			epoll_wait(loop->poller, events, CLIENTS_MAX + WAKE_COUNT, others ? 0 : -1);

		/* Clients first: a freed slot may be used again in the same round. */
		for (int i = 0; i < count; i++)
			if (events[i].data.u64 >= WAKE_COUNT)
				take(loop, events[i].data.u64);
		for (int i = 0; i < count; i++)
			if (events[i].data.u64 < WAKE_COUNT)
				take(loop, events[i].data.u64);
		others = serve(loop);
	}
}

static int open_loop(struct loop *loop, struct reason *why)
{
	loop->poller = loop->clients->poller = epoll_create1(EPOLL_CLOEXEC);
	loop->signals = open_signals();
	loop->tick = open_timer(0);
	loop->watchdog = open_timer(sd_notify_watchdog_ns() / 2);
	loop->clients->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	loop->clients->settle = open_timer(0);
	if (loop->poller < 0 || loop->signals < 0 || loop->tick < 0 || loop->watchdog < 0 ||
	    loop->clients->done < 0 || loop->clients->settle < 0)
		return reason_set(why, STATUS_FAILURE, "cannot wait for clients: %s",
				  strerror(errno));
	add(loop, loop->server->listening.fd, WAKE_SOCKET);
	add(loop, loop->signals, WAKE_SIGNAL);
	add(loop, loop->clients->done, WAKE_DONE);
	add(loop, loop->clients->settle, WAKE_SETTLE);
	add(loop, loop->tick, WAKE_TICK);
	add(loop, loop->watchdog, WAKE_WATCHDOG);
	return 0;
}

int server_run(struct server *server, struct reason *why)
{
	struct clients *clients = calloc(1, sizeof(*clients));
	struct loop loop = {.server = server, .clients = clients};
	int err;

	if (!clients)
		return reason_set(why, STATUS_FAILURE, "out of memory");
	clients->engine = server->engine;
	clients->options = server->options;
	clients->started_ns = clock_ns(CLOCK_BOOTTIME);
	err = open_loop(&loop, why);
	if (!err)
		err = clients_open(clients, why);
	if (!err) {
		sd_notify_send("READY=1");
		run(&loop);
		sd_notify_send("STOPPING=1");
		clients_close(clients);
	}
	close(loop.poller);
	close(loop.signals);
	close(loop.tick);
	close(loop.watchdog);
	close(clients->done);
	close(clients->settle);
	free(clients);
	return err;
}
