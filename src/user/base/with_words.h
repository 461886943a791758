/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of `--with`: what a user asks for by name, of which kind of record, and which sections
 * that takes. What is only read out of them, such as a container's id out of a cgroup's path, is
 * here as well.
 */
#ifndef USER_BASE_WITH_WORDS_H
#define USER_BASE_WITH_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include <procsieve/section.h>

/* What a word can be asked of: events, or processes of a snapshot. */
#define WITH_OF_EVENTS	  1
#define WITH_OF_PROCESSES 2
#define WITH_OF_ALL	  (WITH_OF_EVENTS | WITH_OF_PROCESSES)

/* X(ENUMERATOR, name, of what, sections, text) */
#define WITH_WORDS(X)                                                                            \
	X(EXE, exe, ALL, PROCSIEVE_SECTION(EXE), "path of the program file")                     \
	X(CWD, cwd, ALL, PROCSIEVE_SECTION(CWD), "working directory")                            \
	X(CGROUP, cgroup, ALL, PROCSIEVE_SECTION(CGROUP), "path of the cgroup")                  \
	X(CONTAINER, container, ALL, PROCSIEVE_SECTION(CGROUP), "id of the container")           \
	X(NS, ns, ALL, PROCSIEVE_SECTION(NS), "pid namespace and the id in it")                  \
	X(ANCESTORS, ancestors, ALL, PROCSIEVE_SECTION(ANCESTORS),                               \
	  "the parent, and so on to pid 1")                                                      \
	X(TTY, tty, ALL, PROCSIEVE_SECTION(TTY), "controlling terminal")                         \
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

/* The bit of one word in a mask of words. */
#define WITH(word) (1u << WITH_##word)

/* The word of that name that can be asked of `of` (WITH_OF_*), or -1. */
int with_find(const char *name, unsigned int of);

/* The name of a word that can be asked of `of`, or NULL. */
const char *with_name(unsigned int word, unsigned int of);

/* The sections that those of these words (a mask) take that can be asked of `of`. */
uint32_t with_sections(uint32_t words, unsigned int of);

/* A part of a longer text; NULL: there is none. */
struct slice {
	const char *at;
	size_t size;
};

/*
 * The id of the container that a cgroup's path tells of, the innermost: 64 hexadecimal digits at
 * the end of a component, as docker, containerd, cri-o and podman name theirs. (conmon, which looks
 * after a container, is none.)
 */
struct slice cgroup_container(const char *path, size_t size);

/*
 * A terminal's name as ps(1) has it, from the kernel's: "pts/0" for "pts0". Writes at most
 * TTY_NAME_MAX bytes; returns how many.
 */
#define TTY_NAME_MAX 65
size_t tty_name(char *name, const char *kernel_name, size_t size);

#endif
