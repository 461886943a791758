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
#define REMEMBERED_SHORT 400
#define REMEMBERED_LONG	 (31 * 1024)

struct remembered {
	__u32 argc; /* 0: not known */
	__u32 argv_len;
	__u16 filename_len;
	__u8 flags;	  /* PROCSIEVE_F_*_CUT and _UNREAD */
	__u8 seeded : 1;  /* from /proc, by user space; a later exec may have made it stale */
	__u8 private : 1; /* hidden from the user that owns the process: it is not dumpable */
};

/* Filename, then argv, without a gap. */
struct remembered_short {
	struct remembered head;
	char data[REMEMBERED_SHORT];
};

struct remembered_long {
	struct remembered head;
	char data[REMEMBERED_LONG];
};

#endif
