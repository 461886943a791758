/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of --with: their names, the records that they apply to, and the sections that they
 * need. Also derives data that no section contains, such as the container id in a cgroup path.
 */
#ifndef USER_BASE_WITH_WORDS_H
#define USER_BASE_WITH_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include <procsieve/section.h>

/* The records that a word applies to: events, or processes of a snapshot. */
#define WITH_OF_EVENTS	  1
#define WITH_OF_PROCESSES 2
#define WITH_OF_ALL	  (WITH_OF_EVENTS | WITH_OF_PROCESSES)

/* X(ENUMERATOR, name, records, sections, help text) */
#define WITH_WORDS(X)                                                                            \
	X(EXE, exe, ALL, PROCSIEVE_SECTION(EXE), "path of the program file")                     \
	X(CWD, cwd, ALL, PROCSIEVE_SECTION(CWD), "working directory")                            \
	X(CGROUP, cgroup, ALL, PROCSIEVE_SECTION(CGROUP), "path of the cgroup")                  \
	X(CONTAINER, container, ALL, PROCSIEVE_SECTION(CGROUP) | PROCSIEVE_SECTION(CGROUP_V1),   \
	  "id of the container")                                                                 \
	X(NS, ns, ALL, PROCSIEVE_SECTION(NS), "pid namespace and the id in it")                  \
	X(ANCESTORS, ancestors, ALL, PROCSIEVE_SECTION(ANCESTORS),                               \
	  "the parent, and so on to pid 1")                                                      \
	X(TTY, tty, ALL, PROCSIEVE_SECTION(TTY), "controlling terminal")                         \
	X(LOGIN, login, ALL, PROCSIEVE_SECTION(LOGIN), "audit login uid and session")            \
	X(ENV, env, EVENTS, PROCSIEVE_SECTION(ENV), "variables named by --env, at exec")         \
	X(ARGS, args, PROCESSES, 0, "program and arguments")                                     \
	X(CRED, cred, PROCESSES, PROCSIEVE_SECTION(CRED), "ids and capabilities")                \
	X(TIME, time, PROCESSES, PROCSIEVE_SECTION(TIME), "CPU time, faults, switches")          \
	X(MEM, mem, PROCESSES, PROCSIEVE_SECTION(MEM), "memory")                                 \
	X(IO, io, PROCESSES, PROCSIEVE_SECTION(IO), "bytes read and written")                    \
	X(SCHED, sched, PROCESSES, PROCSIEVE_SECTION(SCHED), "policy and priority")              \
	X(DELAY, delay, PROCESSES, PROCSIEVE_SECTION(DELAY), "time spent waiting for resources") \
	X(MAPS, maps, PROCESSES, 0, "mappings of memory")                                        \
	X(FDS, fds, PROCESSES, 0, "open files")

enum with_word {
#define X(NAME, name, of, sections, text) WITH_##NAME,
	WITH_WORDS(X)
#undef X
		WITH_WORD_COUNT
};

/* The bit of a word in a mask of words. */
#define WITH(word) (1u << WITH_##word)

/* Returns the word with that name that applies to `of` (WITH_OF_*), or -1. */
int with_find(const char *name, unsigned int of);

/* Returns the name of a word that applies to `of`, or NULL. */
const char *with_name(unsigned int word, unsigned int of);

/*
 * Returns the sections that the words in the mask need; words that do not apply to `of` are
 * ignored.
 */
uint32_t with_sections(uint32_t words, unsigned int of);

/* A part of a longer text. `at` is NULL if there is none. */
struct slice {
	const char *at;
	size_t size;
};

/*
 * Returns the container id in a cgroup path, the innermost if there are several: 64 hexadecimal
 * digits at the end of a component, as docker, containerd, cri-o and podman write them. The cgroup
 * of conmon, which monitors a container, does not count.
 */
struct slice cgroup_container(const char *path, size_t size);

/*
 * Converts the kernel's name of a terminal to the form that ps(1) prints: "pts/0" for "pts0".
 * Writes at most TTY_NAME_MAX bytes and returns how many.
 */
#define TTY_NAME_MAX 65
size_t tty_name(char *name, const char *kernel_name, size_t size);

#endif
