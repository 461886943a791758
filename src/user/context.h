/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of `--with`: what a user asks for by name, and which sections of a record that takes. What is only read out of
 * them, such as a container's id out of a cgroup's path, is here as well.
 */
#ifndef CONTEXT_H
#define CONTEXT_H

#include <stddef.h>
#include <stdint.h>

#include <procsieve/section.h>

/* X(ENUMERATOR, name, sections, text) */
#define CONTEXT_WORDS(X)                                                                        \
	X(EXE, exe, PROCSIEVE_SECTION(EXE), "path of the program file")                         \
	X(CWD, cwd, PROCSIEVE_SECTION(CWD), "working directory")                                \
	X(CGROUP, cgroup, PROCSIEVE_SECTION(CGROUP), "path of the cgroup")                      \
	X(CONTAINER, container, PROCSIEVE_SECTION(CGROUP), "id of the container")               \
	X(NS, ns, PROCSIEVE_SECTION(NS), "pid namespace and the id in it")                      \
	X(ANCESTORS, ancestors, PROCSIEVE_SECTION(ANCESTORS), "the parent, and so on to pid 1") \
	X(TTY, tty, PROCSIEVE_SECTION(TTY), "controlling terminal")                             \
	X(ENV, env, PROCSIEVE_SECTION(ENV), "variables named by --env, at exec")

enum context_word {
#define X(NAME, name, sections, text) CONTEXT_##NAME,
	CONTEXT_WORDS(X)
#undef X
		CONTEXT_WORD_COUNT
};

/* The bit of one word in a mask of words. */
#define CONTEXT(word) (1u << CONTEXT_##word)

/* The word of that name, or -1. */
int context_find(const char *name);

/* The sections that these words (a mask) take. */
uint32_t context_sections(uint32_t words);

/* A part of a longer text; NULL: there is none. */
struct excerpt {
	const char *at;
	size_t size;
};

/*
 * The id of the container that a cgroup's path tells of, the innermost: 64 hexadecimal digits at the end of a component,
 * as docker, containerd, cri-o and podman name theirs. (conmon, which looks after a container, is none.)
 */
struct excerpt context_container(const char *path, size_t size);

/* A terminal's name as ps(1) has it, from the kernel's: "pts/0" for "pts0". Writes at most CONTEXT_TTY_MAX bytes; returns how
 * many. */
#define CONTEXT_TTY_MAX 65
size_t context_tty(char *name, const char *kernel_name, size_t size);

#endif
