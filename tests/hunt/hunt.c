// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Starts a server, viewers, receivers and actors, and compares; see hunt.h. HUNT_SECONDS is the
 * duration; HUNT_SEED repeats the actors' behaviour. Prints TAP.
 */
#include "hunt.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct hunt *hunt;
struct viewer viewers[VIEWERS];

static uint64_t random_state;

uint64_t hunt_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

void hunt_random_seed(uint64_t seed)
{
	random_state = (seed + 1) * 0x9e3779b97f4a7c15;
}

unsigned int hunt_random(unsigned int limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 11) % limit;
}

/* Its ID in the initial namespace, even in a PID namespace: /proc is the test's. */
static pid_t own_id(void)
{
	char text[32];
	ssize_t length = readlink("/proc/self", text, sizeof(text) - 1);

	if (length <= 0)
		return getpid();
	text[length] = '\0';
	return atoi(text);
}

uint8_t hunt_settle(unsigned int requester, uint64_t changing_ns, bool unchanging)
{
	uint32_t at = __atomic_fetch_add(&hunt->states, 1, __ATOMIC_RELAXED);
	struct state *state = &hunt->log[at];
	uint8_t seen = 0;

	if (at >= STATES) {
		__atomic_store_n(&hunt->ended, 1, __ATOMIC_RELEASE);
		_exit(0);
	}
	/* If it is killed before the answers, all viewers may have seen it. */
	*state = (struct state){changing_ns, UINT64_MAX, own_id(), UINT8_MAX, false};
	for (unsigned int i = 0; i < VIEWERS; i++)
		seen |= viewer_sees_me(&viewers[i], requester) << i;
	state->seen = seen;
	state->unchanging = unchanging;
	state->settled_ns = hunt_now();
	return seen;
}

static void map_hunt(void)
{
	hunt = mmap(NULL, sizeof(*hunt), PROT_READ | PROT_WRITE, MAP_SHARED, HUNT_FD, 0);
	if (hunt == MAP_FAILED)
		abort();
}

static void copy_self(const char *name, uid_t uid, gid_t gid, mode_t mode)
{
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), to;
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", hunt->directory, name);
	to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
	while (sendfile(to, from, NULL, 1 << 20) > 0)
		;
	if (fchown(to, uid, gid) || fchmod(to, mode))
		abort();
	close(from);
	close(to);
}

static void prepare(void)
{
	char path[128];
	const char *seed = getenv("HUNT_SEED");
	int fd = memfd_create("hunt", 0);

	if (fd < 0 || ftruncate(fd, sizeof(struct hunt)) || dup2(fd, HUNT_FD) < 0)
		abort();
	close(fd);
	map_hunt();
	hunt->seed = seed && *seed ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
	printf("# HUNT_SEED=%llu\n", (unsigned long long)hunt->seed);
	for (unsigned int i = 0; i < USERS; i++)
		hunt->users[i] = 2000000 + 2 * getpid() + i;
	strcpy(hunt->directory, "/tmp/procsieve-hunt-XXXXXX");
	if (!mkdtemp(hunt->directory) || chmod(hunt->directory, 0755))
		abort();
	snprintf(hunt->socket, sizeof(hunt->socket), "%s/socket", hunt->directory);
	copy_self("plain", 0, 0, 0755);
	copy_self("root", 0, 0, 04755);
	copy_self("rootgroup", 0, 0, 02755);
	copy_self("other", 12345, 12345, 06755);
	for (unsigned int i = 0; i < USERS; i++) {
		snprintf(path, sizeof(path), "%s/" SECRET "%c", hunt->directory, 'A' + i);
		mkdir(path, 0755);
	}
}

static void clean_up(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", hunt->directory);
	if (system(command))
		printf("# %s is left\n", hunt->directory);
}

static bool answers(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	bool answered;

	strcpy(address.sun_path, hunt->socket);
	answered = !connect(fd, (struct sockaddr *)&address, sizeof(address));
	close(fd);
	return answered;
}

static pid_t start_server(void)
{
	const char *path = getenv("PROCSIEVE");
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (!path)
			path = "build/procsieve";
		execl(path, path, "serve", "--socket", hunt->socket, "--config", "/dev/null",
		      "--ring-per-user", "64M", "--listeners-per-user", "16", (char *)NULL);
		_exit(1);
	}
	while (!answers() && !waitpid(pid, NULL, WNOHANG))
		usleep(20000);
	return pid;
}

static void start_viewers(void)
{
	const struct viewer_identity places[VIEWERS] = {
		{hunt->users[0], hunt->users[0], 0},
		{hunt->users[1], hunt->users[1], 0},
		{hunt->users[0], hunt->users[0], CLONE_NEWUSER},
		{hunt->users[0], hunt->users[0], CLONE_NEWUSER | CLONE_NEWPID},
	};

	for (unsigned int i = 0; i < VIEWERS; i++)
		if (!viewer_start(&viewers[i], &places[i]))
			printf("# viewer %u cannot be\n", i);
	memcpy(hunt->viewers, viewers, sizeof(viewers));
}

typedef void part(unsigned int number);

static pid_t start_part(part *run, unsigned int number)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	run(number);
	_exit(1);
}

/* Ends all parts: waits for the first of `pids`, then for the others. */
static void end_parts(const pid_t *pids, unsigned int count, uint32_t ended)
{
	__atomic_store_n(&hunt->ended, ended, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < count; i++)
		waitpid(pids[i], NULL, 0);
}

static void run_hunt(unsigned int seconds)
{
	pid_t actors[ACTORS], listeners[VIEWERS], looks[VIEWERS];

	for (unsigned int i = 0; i < VIEWERS; i++)
		listeners[i] = start_part(receiver_listen, i);
	for (unsigned int i = 0; i < VIEWERS; i++)
		for (unsigned int turn = 0; turn < 1000; turn++, usleep(10000))
			if (__atomic_load_n(&hunt->receivers[i].snapshots, __ATOMIC_ACQUIRE))
				break;
	for (unsigned int i = 0; i < VIEWERS; i++)
		looks[i] = start_part(receiver_take_snapshots, i);
	for (unsigned int i = 0; i < ACTORS; i++)
		actors[i] = start_part(actors_run, i);
	for (unsigned int i = 0; i < 10 * seconds && !hunt->ended; i++)
		usleep(100000);
	end_parts(actors, ACTORS, 1);
	end_parts(looks, VIEWERS, 1);
	end_parts(listeners, VIEWERS, 2);
}

int main(int argc, char **argv)
{
	const char *seconds = getenv("HUNT_SECONDS");
	unsigned int faults;
	pid_t server;

	/* The argv of an actor, with which no user starts this program. */
	if (argc == 9) {
		map_hunt();
		memcpy(viewers, hunt->viewers, sizeof(viewers));
		for (unsigned int i = 0; i < VIEWERS; i++)
			viewer_map(&viewers[i]);
		return actor_go_on(argv);
	}
	setlinebuf(stdout);
	puts("1..1");
	prepare();
	server = start_server();
	start_viewers();
	run_hunt(seconds ? atoi(seconds) : 60);
	faults = compare();
	for (unsigned int i = 0; i < VIEWERS; i++)
		viewer_end(&viewers[i]);
	kill(server, SIGTERM);
	waitpid(server, NULL, 0);
	clean_up();
	printf("%sok 1 - users receive what /proc shows them (HUNT_SEED=%llu)\n",
	       faults ? "not " : "", (unsigned long long)hunt->seed);
	return faults != 0;
}
