/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sections: optional data at the end of a record, about the context and the resource usage of a
 * process. A section is present only if the listener requested it and the kernel has the data.
 * Sections follow each other without gaps or alignment, each with its own header. After the last
 * one comes their total size (__u32), by which a reader finds the first. A record with sections has
 * PROCSIEVE_F_SECTIONS in its flags.
 */
#ifndef PROCSIEVE_SECTION_H
#define PROCSIEVE_SECTION_H

#include <linux/types.h>

/*
 * X(ENUMERATOR, name, type of its data, text). Numbers are part of the record format and are never
 * reused. A new section needs one row here, one function in src/bpf/section/, and one in each
 * format.
 */
#define PROCSIEVE_SECTIONS(X)                                                           \
	X(NS, ns, struct procsieve_ns, "pid namespace, and the process's id in it")     \
	X(TTY, tty, char, "name of the controlling terminal")                           \
	X(TIME, time, struct procsieve_time, "CPU time, faults and switches")           \
	X(PEAK, peak, struct procsieve_peak, "largest resident set")                    \
	X(IO, io, struct procsieve_io, "bytes read and written")                        \
	X(DELAY, delay, struct procsieve_delay, "time spent waiting for resources")     \
	X(EXE, exe, char, "path of the program file")                                   \
	X(CWD, cwd, char, "working directory")                                          \
	X(CGROUP, cgroup, char, "cgroup v2, as a path below the hierarchy's root")      \
	X(ANCESTORS, ancestors, struct procsieve_ancestor, "parent and so on up")       \
	X(ENV, env, char, "chosen variables of the environment, at exec")               \
	X(CRED, cred, struct procsieve_cred, "ids and capabilities")                    \
	X(SCHED, sched, struct procsieve_sched, "how it is scheduled")                  \
	X(MEM, mem, struct procsieve_mem, "memory in use")                              \
	X(CGROUP_V1, cgroup_v1, char, "cgroup v1 of a container, if CGROUP names none") \
	X(LOGIN, login, struct procsieve_login, "audit login uid and session")

enum procsieve_section_kind {
#define X(NAME, name, data, text) PROCSIEVE_SECTION_##NAME,
	PROCSIEVE_SECTIONS(X)
#undef X
		PROCSIEVE_SECTION_COUNT,
	PROCSIEVE_SECTION_LIMIT = 32,
};

/* The bit of one section in a mask of sections. */
#define PROCSIEVE_SECTION(kind) (1u << PROCSIEVE_SECTION_##kind)

/* The sections that `--accounting` requests. Only exit events and snapshots have them. */
#define PROCSIEVE_ACCOUNTING                                                         \
	(PROCSIEVE_SECTION(TIME) | PROCSIEVE_SECTION(PEAK) | PROCSIEVE_SECTION(IO) | \
	 PROCSIEVE_SECTION(DELAY))

/* Flags of procsieve_section.flags. */
#define PROCSIEVE_SECTION_CUT 0x01 /* the data is incomplete */
/* EXE, CWD: the path no longer names the file, as if /proc added " (deleted)" to it */
#define PROCSIEVE_SECTION_DELETED 0x02

struct procsieve_section {
	__u8 kind;
	__u8 flags;
	__u16 size; /* of data, bytes */
	char data[];
} __attribute__((packed));

/* The value of a number that the kernel does not have. */
#define PROCSIEVE_UNKNOWN (~0ull)

struct procsieve_ns {
	__u32 pid_ns; /* inode number of /proc/PID/ns/pid */
	__u32 pid;    /* process id in that namespace */
};

/*
 * Totals of a process, over all its threads, living and dead (signal_struct and task_struct). In
 * the exit of a thread: its own. Times are in nanoseconds. utime and stime are the ticks charged as
 * user or system time; procsieve_cpu_time() turns them into the times that wait(2) reports.
 */
struct procsieve_time {
	__u64 utime, stime;
	__u64 runtime;		      /* on a CPU, by the scheduler's clock, up to the last tick */
	__u64 prev_utime, prev_stime; /* as last reported (prev_cputime): they never decrease */
	__u64 minflt, majflt;
	__u64 nvcsw, nivcsw;
	__u64 run_delay; /* runnable, waiting for a CPU; may be PROCSIEVE_UNKNOWN */
};

/* Credentials, as in /proc/PID/status. */
struct procsieve_cred {
	__u32 ruid, euid, suid, fsuid;
	__u32 rgid, egid, sgid, fsgid;
	__u64 cap_inheritable, cap_permitted, cap_effective, cap_bounding, cap_ambient;
};

/*
 * The login that a task descends from, as in /proc/PID/loginuid and /proc/PID/sessionid
 * (task_struct): pam_loginuid(8) sets it, and neither su(1) nor sudo(8) changes it. A record has
 * this section if at least one of the two is set.
 */
struct procsieve_login {
	__u32 auid; /* user id, or PROCSIEVE_AUID_UNSET */
	__u32 ses;  /* audit session, which is not the one of setsid(2), or PROCSIEVE_SES_UNSET */
};

#define PROCSIEVE_AUID_UNSET 0xffffffffu
#define PROCSIEVE_SES_UNSET  0xffffffffu

struct procsieve_sched {
	__u32 policy;	   /* SCHED_* of sched(7) */
	__s32 nice;	   /* -20 to 19 */
	__u32 rt_priority; /* 1 to 99; 0: not a real-time policy */
	__s32 priority;	   /* as in /proc/PID/stat */
};

/*
 * Memory of a process (mm_struct), in pages of sysconf(_SC_PAGESIZE) bytes. Kernel threads have
 * none.
 */
struct procsieve_mem {
	__u64 size;			     /* size of the address space */
	__u64 rss_anon, rss_file, rss_shmem; /* resident pages, by type */
	__u64 swap;
	__u64 peak_size, peak_rss; /* maxima of this address space, since exec */
};

/* Only for a process, not for a thread. */
struct procsieve_peak {
	__u64 pages; /* signal_struct.maxrss, in pages of sysconf(_SC_PAGESIZE) bytes */
};

/* As in /proc/PID/io (task_io_accounting). */
struct procsieve_io {
	/* PROCSIEVE_UNKNOWN for a process that had threads and waited for children. */
	__u64 rchar, wchar;
	__u64 read_bytes, write_bytes;
};

/* Nanoseconds spent waiting (task_delay_info), while delay accounting is enabled. */
struct procsieve_delay {
	__u64 blkio;
	__u64 swapin;
	__u64 reclaim;
	__u64 thrashing;
	__u64 compact;
	__u64 wpcopy;
	__u64 irq; /* since Linux 6.5; otherwise PROCSIEVE_UNKNOWN */
};

/* One element of the list of ancestors. The parent comes first. */
struct procsieve_ancestor {
	__u32 pid;
	char comm[16];
};

#define PROCSIEVE_ANCESTORS_MAX 64 /* elements in one list */
#define PROCSIEVE_ENV_NAME_SIZE 64 /* maximum size of a name, with the terminating zero */
/* Maximum size of one variable, name and zero included. */
#define PROCSIEVE_ENV_VALUE_MAX 4096
#define PROCSIEVE_ENV_MAX	(32 * 1024) /* maximum size of all variables in a record */

#endif
