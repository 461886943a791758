/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An entry of the exec cache: the program of a process, kept until its exit on kernels before 6.16.
 * Shared by src/bpf/event/exec_cache.h, which fills it at exec, and src/user/engine/exec_cache.c,
 * which fills it for processes older than the listener.
 */
#ifndef BPF_SHARED_EXEC_CACHE_ENTRY_H
#define BPF_SHARED_EXEC_CACHE_ENTRY_H

#include <linux/types.h>

/*
 * Maximum size in bytes of filename and argv together. Most command lines fit the first; an entry
 * of the second fits a 32 KiB allocation.
 */
#define EXEC_CACHE_SHORT_MAX 400
#define EXEC_CACHE_LONG_MAX  (31 * 1024)

struct exec_cache_entry {
	__u32 argc; /* 0: not known */
	__u32 argv_len;
	__u16 filename_len;
	__u8 flags;	       /* PROCSIEVE_F_*_CUT and _UNREAD */
	__u8 from_proc : 1;    /* from /proc, by user space; a later exec may have made it stale */
	__u8 not_dumpable : 1; /* hidden from the user that owns the process: it is not dumpable */
};

/* Filename, then argv, without a gap. */
struct exec_cache_short {
	struct exec_cache_entry head;
	char data[EXEC_CACHE_SHORT_MAX];
};

struct exec_cache_long {
	struct exec_cache_entry head;
	char data[EXEC_CACHE_LONG_MAX];
};

#endif
