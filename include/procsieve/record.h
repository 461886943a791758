/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records: what a listener's ring holds. A fixed header, then the payload of the type. Made by the
 * programs in src/bpf/, read by the formatters and by users of the library; all numbers in the
 * host's byte order. A record lies in read-only memory, and is as long as its ring says: the length
 * is not repeated inside.
 */
#ifndef PROCSIEVE_RECORD_H
#define PROCSIEVE_RECORD_H

#include <linux/types.h>

#include <procsieve/event.h>

#define PROCSIEVE_COMM_SIZE 16	 /* TASK_COMM_LEN, with the terminating zero */
#define PROCSIEVE_PATH_MAX  4096 /* bytes of filename and of cwd that a record holds at most */
#define PROCSIEVE_ARGV_MAX  (32 * 1024) /* bytes of argv that a record holds at most */

/* procsieve_record.flags */
/* of a thread that is not (or, at exit, no longer) the process */
#define PROCSIEVE_F_THREAD	 0x01
#define PROCSIEVE_F_ARGV_CUT	 0x02 /* argv goes on behind its last byte here */
#define PROCSIEVE_F_FILENAME_CUT 0x04 /* filename goes on; path has more leading components */
#define PROCSIEVE_F_CWD_CUT	 0x08 /* cwd has more leading components */
/* argv was asked for and could not be read (paged out, overwritten; ever new programs) */
#define PROCSIEVE_F_ARGV_UNREAD 0x10
#define PROCSIEVE_F_SECTIONS	0x20 /* ends with sections; <procsieve/section.h> */

/*
 * The header of every record. Ids are those of the initial namespaces.
 *
 * exec_id names one program of one process: a process has it from its fork or its last exec on,
 * until its next exec or its end. All its threads have it, and all events and snapshots of a boot
 * agree on it: records join by (boot id, exec_id) alone. It comes of task_struct.start_boottime,
 * tgid and self_exec_id of the process, so that a pid that is used again has another one. An exec
 * event has the new one, as have the changes of ids that the exec makes; an exec that fails too
 * late to go back, which kills the process, gives its exit another one as well. What it says is
 * that it is the same, or not.
 */
struct procsieve_record {
	__u64 boot_ns; /* when: CLOCK_BOOTTIME, nanoseconds */
	__u16 cpu;     /* where it happened */
	__u8 type;     /* enum procsieve_type */
	__u8 flags;    /* PROCSIEVE_F_* */
	__u32 pid;     /* process: task_struct.tgid */
	__u32 tid;     /* thread: task_struct.pid */
	__u32 ppid;    /* process of task_struct.real_parent */
	__u32 uid;     /* real uid */
	__u32 gid;     /* real gid */
	/* start of the process on CLOCK_BOOTTIME; with pid and boot id, its identity */
	__u64 start_ns;
	__u64 exec_id; /* of the process */
	/*
	 * exec_id of ppid, now. 0: there is no parent (pid 1 and 2), or the listener may not see
	 * it.
	 */
	__u64 parent_exec_id;
	__u64 cgroup_id;		/* cgroup v2: the inode number of its directory */
	char comm[PROCSIEVE_COMM_SIZE]; /* name after the event, zero-terminated */
};

/* fork: the header is the parent's. */
struct procsieve_fork {
	__u32 child_pid;
	__u32 child_tid;
	__u64 child_start_ns; /* of the new task itself */
	__u64 child_exec_id;  /* of the new process; of a new thread: its process's */
	__u64 clone_flags;    /* CLONE_* of <linux/sched.h>, without the exit signal */
};

/*
 * The program of a process, at the end of exec and exit records. `data` holds filename, cwd and
 * argv without gaps; filename and cwd are not zero-terminated, argv is as in memory: each argument
 * with its zero. argv has what the first two and the sections leave of the record.
 */
struct procsieve_command {
	__u32 argc; /* how many arguments there were; 0: not known, count them */
	__u16 filename_len;
	__u16 cwd_len;
	char data[];
};

struct procsieve_exec {
	__u64 old_exec_id; /* of the program that called exec */
	/* tid of the caller before the exec; differs from tid where a secondary thread called */
	__u32 old_tid;
	struct procsieve_command command;
};

struct procsieve_exit {
	__u64 lifetime_ns; /* from the start of the process (thread exits: of the thread) to now */
	__u32 status;	   /* as wait(2) gives it; thread exits: of the thread alone */
	struct procsieve_command command;
};

struct procsieve_comm {
	char old_comm[PROCSIEVE_COMM_SIZE];
};

/* The ids of one kind that a task has, as in /proc/PID/status. */
struct procsieve_ids {
	__u32 real, effective, saved, filesystem;
};

/* uid, gid */
struct procsieve_id_change {
	struct procsieve_ids now, old;
};

struct procsieve_sid {
	__u32 sid, old_sid; /* sessions: pids of their leaders */
};

/* ptrace: the header is the tracee's. */
struct procsieve_ptrace {
	__u32 tracer_pid, tracer_tid;
	__u32 attached; /* 0: detached */
};

/* coredump: the exit comes later, with the core bit set where a dump was written. */
struct procsieve_coredump {
	__u32 signal;
};

/*
 * process: what a snapshot says of one. In the header, boot_ns is when it was looked at, and cpu
 * where it ran last.
 */
struct procsieve_process {
	__u32 pgid, sid;
	__u32 tracer_pid, tracer_tid; /* 0: not traced */
	__u32 threads;
	char state; /* as in /proc/PID/stat: one of RSDTtXZPI */
	char reserved[3];
	struct procsieve_command command; /* where arguments were asked for; cwd is a section */
};

/* mapping: a line of /proc/PID/maps. */
struct procsieve_mapping {
	__u64 start, end; /* addresses */
	__u64 offset;	  /* in the file, bytes */
	__u64 inode;
	__u32 dev_major, dev_minor;
	__u32 flags; /* PROCSIEVE_MAP_* */
	__u32 path_len;
	char path[]; /* or a name as [heap]; not terminated */
};

#define PROCSIEVE_MAP_READ   0x1
#define PROCSIEVE_MAP_WRITE  0x2
#define PROCSIEVE_MAP_EXEC   0x4
#define PROCSIEVE_MAP_SHARED 0x8

/* fd: an open file descriptor, and the file that it stands for: /proc/PID/fd and fdinfo. */
struct procsieve_fd {
	__u32 fd;
	__u32 flags; /* O_* of open(2), without O_CLOEXEC, which is the descriptor's */
	__u64 offset;
	__u64 inode;
	__u32 path_len;
	char path[]; /* as in /proc/PID/fd; not terminated */
};

/*
 * Stands before each record of a snapshot's stream. The next one begins at the next multiple of 8
 * bytes.
 */
struct procsieve_frame {
	__u32 size; /* of the record */
	/* the process's id where the snapshot was asked for: the streams are in its order */
	__u32 order;
};

/*
 * lost: stands where the gap is. Counts are totals since the listener was opened, so that the
 * difference to the record before says what this gap cost, whatever happens to either. Only
 * boot_ns, cpu and type of the header are set. It names the types that have lost events and no
 * others, since it goes into a ring that was full just now; procsieve_lost_by_type() reads it.
 */
struct procsieve_lost {
	__u64 since_ns; /* boot time of the first loss of this gap */
	__u64 until_ns; /* and of the last one known */
	__u64 types;	/* PROCSIEVE_MASK() of each type of which events were lost */
	__u64 lost[];	/* events of each of these types, by ascending type */
};

/* What a listener shares with the kernel beside its ring. Written by the kernel alone. */
struct procsieve_control {
	__u64 since_ns;
	__u64 until_ns;
	__u64 lost[PROCSIEVE_EVENT_LIMIT]; /* events since the listener was opened, by type */
	__u64 members;			   /* living processes that the pid filter holds */
	__u64 joined;			   /* processes that it ever held */
	__u64 not_followed; /* children that the table of followed processes had no room for */
	/*
	 * Events that may be missing, by enum procsieve_type: how often the kernel passed over a
	 * hook for them. Set when the listener was stopped; by older servers, left 0.
	 */
	__u64 missed[PROCSIEVE_EVENT_LIMIT];
};

#endif
