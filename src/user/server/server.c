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
#include "server/service_manager.h"
#include "server/client_fds.h"

#define TICK_SECONDS 1

/*
 * Connections accepted before any is served: all that the socket's queue holds, so that root's are
 * among them.
 */
#define ACCEPT_AT_ONCE 128

/* epoll data of the loop's own descriptors. That of a client is its address. */
enum { WAKE_SOCKET, WAKE_SIGNAL, WAKE_DONE, WAKE_TICK, WAKE_DETACH, WAKE_WATCHDOG, WAKE_COUNT };

struct loop {
	struct server *server;
	struct clients *clients;
	int poller;
	int signal_fd, tick_fd, watchdog_fd;
	bool tick_runs;
	bool paused; /* temporarily not accepting */
	bool ended;
};

static void poller_add(const struct loop *loop, int fd, uint64_t what)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = what};

	epoll_ctl(loop->poller, EPOLL_CTL_ADD, fd, &event);
}

/*
 * Waits for a client's next event with EPOLLONESHOT, because a client that has disconnected would
 * be reported for as long as its descriptor is open. For a client that waits for its turn or has
 * its reply, only EPOLLHUP is expected.
 */
static void poll_client(const struct loop *loop, const struct client *client, int operation)
{
	bool may_send = client->state == CLIENT_CONNECTED || client->state == CLIENT_LISTENING;
	const uint32_t events = may_send ? EPOLLIN | EPOLLRDHUP : 0;
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
static void set_tick_timer(struct loop *loop, bool on)
{
	const struct timespec interval = {on ? TICK_SECONDS : 0, 0};
	const struct itimerspec time = {interval, interval};

	if (loop->tick_runs != on)
		timerfd_settime(loop->tick_fd, 0, &time, NULL);
	loop->tick_runs = on;
}

static sigset_t handled_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	return set;
}

void server_block_signals(void)
{
	sigset_t set = handled_signals();

	sigprocmask(SIG_BLOCK, &set, NULL);
}

static int open_signals(void)
{
	sigset_t set = handled_signals();

	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Starts or stops accepting connections. */
static void set_accepting(struct loop *loop, bool open)
{
	struct epoll_event event = {.events = open ? EPOLLIN : 0, .data.u64 = WAKE_SOCKET};

	epoll_ctl(loop->poller, EPOLL_CTL_MOD, loop->server->listening.fd, &event);
	loop->paused = !open;
}

/* Stops accepting until the next tick, because accept(2) would fail again now. */
static void pause_accepting(struct loop *loop)
{
	set_accepting(loop, false);
	set_tick_timer(loop, true);
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
		pause_accepting(loop);
		return;
	}
	for (unsigned int turn = 0; turn < ACCEPT_AT_ONCE; turn++) {
		int fd = accept4(loop->server->listening.fd, NULL, NULL,
				 SOCK_CLOEXEC | SOCK_NONBLOCK);
		struct client *client;

		if (fd < 0) {
			if (is_exhausted(errno))
				pause_accepting(loop);
			return;
		}
		client = client_add(loop->clients, fd);
		if (!client)
			continue;
		/* Most clients have already sent their request. */
		client_serve(loop->clients, client);
		if (client->state == CLIENT_FREE)
			continue;
		poll_client(loop, client, EPOLL_CTL_ADD);
		set_tick_timer(loop, true);
	}
}

/* Settings that cannot change at run time stay, and a message is printed. */
static void reload_settings(struct loop *loop)
{
	struct server *server = loop->server;
	struct settings options;
	struct reason why;
	char state[64];

	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%llu",
		 (unsigned long long)(clock_ns(CLOCK_MONOTONIC) / 1000));
	service_manager_send(state);
	subordinate_read_subuid(&loop->clients->quota.subordinate);
	if (settings_read(&options, server->argc, server->argv, &why)) {
		reason_print(&why);
	} else {
		if (strcmp(options.socket, server->options->socket) != 0)
			fprintf(stderr,
				"procsieve: the socket is still %s; restart the server to change "
				"it\n",
				server->options->socket);
		if (options.hook_mode != server->options->hook_mode)
			fprintf(stderr,
				"procsieve: the hooks are unchanged; restart the server to change "
				"them\n");
		strcpy(options.socket, server->options->socket);
		options.hook_mode = server->options->hook_mode;
		*server->options = options;
		if (server_socket_permit(&server->listening, &options, &why))
			reason_print(&why);
	}
	service_manager_send("READY=1");
}

static void handle_signals(struct loop *loop)
{
	struct signalfd_siginfo info;

	while (read(loop->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			reload_settings(loop);
		else
			loop->ended = true;
	}
}

/*
 * The timer runs only while a client has not sent its request or not received its reply, or while
 * the server does not accept.
 */
static void handle_tick(struct loop *loop)
{
	uint64_t expirations;
	bool remain;

	if (read(loop->tick_fd, &expirations, sizeof(expirations)) < 0)
		return;
	remain = clients_expire(loop->clients, clock_boot_ns());
	if (loop->paused)
		set_accepting(loop, !client_fds_many_closing());
	set_tick_timer(loop, remain || loop->paused);
}

static void handle_watchdog(struct loop *loop)
{
	uint64_t expirations;

	if (read(loop->watchdog_fd, &expirations, sizeof(expirations)) > 0)
		service_manager_send("WATCHDOG=1");
}

/* Serves the clients whose turn it is, and polls those that have received a reply. */
static bool serve_clients(struct loop *loop)
{
	bool remain = clients_dispatch(loop->clients);

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &loop->clients->all[i];

		if (!client->rearm ||
		    (client->state != CLIENT_LISTENING && client->state != CLIENT_REPLIED))
			continue;
		client->rearm = false;
		poll_client(loop, client, EPOLL_CTL_MOD);
		/* No event reports that a reply was received, so the timer checks. */
		if (client->state == CLIENT_REPLIED)
			set_tick_timer(loop, true);
	}
	return remain;
}

static void handle_client(struct loop *loop, struct client *client)
{
	client_serve(loop->clients, client);
	if (client->state == CLIENT_CONNECTED || client->state == CLIENT_WAITING)
		poll_client(loop, client, EPOLL_CTL_MOD);
}

static void handle_event(struct loop *loop, uint64_t what)
{
	switch (what) {
	case WAKE_SOCKET:
		return accept_clients(loop);
	case WAKE_SIGNAL:
		return handle_signals(loop);
	case WAKE_DONE:
		return clients_reap(loop->clients);
	case WAKE_TICK:
		return handle_tick(loop);
	case WAKE_DETACH:
		return clients_on_detach_timer(loop->clients);
	case WAKE_WATCHDOG:
		return handle_watchdog(loop);
	default:
		return handle_client(loop, (struct client *)(uintptr_t)what);
	}
}

/*
 * Handles all ready descriptors before it serves a client, and again before it serves the next, so
 * that root is served first.
 */
static void run_loop(struct loop *loop)
{
	struct epoll_event events[CLIENTS_MAX + WAKE_COUNT];
	bool remain = false;

	while (!loop->ended) {
		int count =
			epoll_wait(loop->poller, events, CLIENTS_MAX + WAKE_COUNT, remain ? 0 : -1);

		/* Clients first: a freed slot may be used again in the same round. */
		for (int i = 0; i < count; i++)
			if (events[i].data.u64 >= WAKE_COUNT)
				handle_event(loop, events[i].data.u64);
		for (int i = 0; i < count; i++)
			if (events[i].data.u64 < WAKE_COUNT)
				handle_event(loop, events[i].data.u64);
		remain = serve_clients(loop);
	}
}

static int open_loop(struct loop *loop, struct reason *why)
{
	loop->poller = loop->clients->poller = epoll_create1(EPOLL_CLOEXEC);
	loop->signal_fd = open_signals();
	loop->tick_fd = open_timer(0);
	loop->watchdog_fd = open_timer(service_manager_watchdog_ns() / 2);
	loop->clients->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	loop->clients->detach_timer = open_timer(0);
	if (loop->poller < 0 || loop->signal_fd < 0 || loop->tick_fd < 0 || loop->watchdog_fd < 0 ||
	    loop->clients->done < 0 || loop->clients->detach_timer < 0)
		return reason_set(why, STATUS_FAILURE, "cannot set up the event loop: %s",
				  strerror(errno));
	poller_add(loop, loop->server->listening.fd, WAKE_SOCKET);
	poller_add(loop, loop->signal_fd, WAKE_SIGNAL);
	poller_add(loop, loop->clients->done, WAKE_DONE);
	poller_add(loop, loop->clients->detach_timer, WAKE_DETACH);
	poller_add(loop, loop->tick_fd, WAKE_TICK);
	poller_add(loop, loop->watchdog_fd, WAKE_WATCHDOG);
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
	clients->started_ns = clock_boot_ns();
	err = open_loop(&loop, why);
	if (!err)
		err = clients_open(clients, why);
	if (!err) {
		service_manager_send("READY=1");
		run_loop(&loop);
		service_manager_send("STOPPING=1");
		clients_close(clients);
	}
	close(loop.poller);
	close(loop.signal_fd);
	close(loop.tick_fd);
	close(loop.watchdog_fd);
	close(clients->done);
	close(clients->detach_timer);
	free(clients);
	return err;
}
