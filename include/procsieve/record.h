/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records, as they are in a listener's ring buffer: a fixed header, then the payload of the type.
 * The programs in src/bpf/ write them; the formats and the users of the library read them. All
 * numbers are in the host's byte order. A record is in read-only memory. Its length is the one that
 * the ring buffer states; the record does not repeat it.
 */
#ifndef PROCSIEVE_RECORD_H
#define PROCSIEVE_RECORD_H

#include <linux/types.h>

#include <procsieve/event.h>

#define PROCSIEVE_COMM_SIZE 16		/* TASK_COMM_LEN, with the terminating zero */
#define PROCSIEVE_PATH_MAX  4096	/* maximum size in bytes of filename, and of cwd */
#define PROCSIEVE_ARGV_MAX  (32 * 1024) /* maximum size in bytes of argv */

/* Flags of procsieve_record.flags. */
/* about a single thread (at exit: not the last thread of its process) */
#define PROCSIEVE_F_THREAD	 0x01
#define PROCSIEVE_F_ARGV_CUT	 0x02 /* argv continues after its last byte here */
#define PROCSIEVE_F_FILENAME_CUT 0x04 /* filename continues; a path has more leading components */
#define PROCSIEVE_F_CWD_CUT	 0x08 /* cwd has more leading components */
/* argv was requested but could not be read (paged out, overwritten, or exec after exec) */
#define PROCSIEVE_F_ARGV_UNREAD 0x10
#define PROCSIEVE_F_SECTIONS	0x20 /* sections follow the payload; <procsieve/section.h> */

/*
 * The header of every record. Ids are those of the initial namespaces, and so are times: a moment
 * is CLOCK_BOOTTIME of the initial time namespace, in nanoseconds. For a caller in another time
 * namespace (time_namespaces(7)), clock_gettime(2) returns that plus the offset "boottime" of
 * /proc/self/timens_offsets: subtract the offset before comparing with a time of a record, or
 * converting one to wall clock time.
 *
 * exec_id identifies one program of one process. A process has it from its fork or its last exec
 * until its next exec or its end. All threads of the process have it. It has the same value in all
 * events and snapshots of one boot, so records can be joined by (boot id, exec_id) alone. It is
 * computed from start_boottime, tgid and self_exec_id of the process (task_struct), so a process
 * that reuses a pid has another exec_id. An exec event has the new exec_id, and so have the uid and
 * gid events that the exec causes. An exec that fails when it can no longer return kills the
 * process; its exit event then has a new exec_id as well. The value has no meaning except that it
 * is equal or not.
 */
struct procsieve_record {
	__u64 boot_ns; /* time of the event, CLOCK_BOOTTIME, nanoseconds */
	__u16 cpu;     /* CPU on which it happened */
	__u8 type;     /* enum procsieve_type */
	__u8 flags;    /* PROCSIEVE_F_* */
	__u32 pid;     /* process id: task_struct.tgid */
	__u32 tid;     /* thread id: task_struct.pid */
	__u32 ppid;    /* process id of task_struct.real_parent */
	__u32 uid;     /* real user id */
	__u32 gid;     /* real group id */
	/* effective ids: those of the owner of a set-user-ID or set-group-ID program */
	__u32 euid, egid;
	/* start of the process, CLOCK_BOOTTIME; with pid and boot id, its identity */
	__u64 start_ns;
	__u64 exec_id; /* exec_id of the process */
	/*
	 * exec_id of the process ppid, at the time of the event. 0: there is no parent (pid 1 and
	 * 2), or the listener may not see it.
	 */
	__u64 parent_exec_id;
	__u64 cgroup_id; /* cgroup v2 id: inode number of the cgroup's directory */
	/*
	 * Name of the thread after the event, zero-terminated. At the exit of a process: name of
	 * its first thread, which is the name of the process.
	 */
	char comm[PROCSIEVE_COMM_SIZE];
};

/* Payload of fork. The header describes the parent. */
struct procsieve_fork {
	__u32 child_pid;
	__u32 child_tid;
	__u64 child_start_ns; /* of the new task itself */
	__u64 child_exec_id;  /* of the new process; for a new thread, of its process */
	__u64 clone_flags;    /* CLONE_* of <linux/sched.h>, without the exit signal */
};

/*
 * The program of a process, at the end of exec and exit records. `data` contains filename, cwd and
 * argv without gaps. filename and cwd are not zero-terminated. argv is as in the memory of the
 * process: each argument with its terminating zero. argv gets the space that filename, cwd and the
 * sections leave.
 */
struct procsieve_command {
	__u32 argc; /* number of arguments; 0: not known, count them in argv */
	__u16 filename_len;
	__u16 cwd_len;
	char data[];
};

/* Flags of procsieve_exec.flags: what PROCSIEVE_SECTION_DELETED means in a section. */
#define PROCSIEVE_EXEC_EXE_DELETED 0x01 /* the program file (/proc/PID/exe) */
#define PROCSIEVE_EXEC_CWD_DELETED 0x02 /* the working directory in the payload */

struct procsieve_exec {
	__u64 old_exec_id; /* of the program that called execve(2) */
	/* tid of the caller before the exec; differs from tid if it was not the group leader */
	__u32 old_tid;
	__u32 flags; /* PROCSIEVE_EXEC_* */
	struct procsieve_command command;
};

struct procsieve_exit {
	/* From the start of the process (thread exits: of the thread) until now. */
	__u64 lifetime_ns;
	__u32 status; /* as wait(2) reports it; thread exits: of the thread alone */
	struct procsieve_command command;
};

struct procsieve_comm {
	char old_comm[PROCSIEVE_COMM_SIZE];
};

/* The real, effective, saved and filesystem id of a task, as in /proc/PID/status. */
struct procsieve_ids {
	__u32 real, effective, saved, filesystem;
};

/* Payload of uid and gid. */
struct procsieve_id_change {
	struct procsieve_ids now, old;
};

struct procsieve_sid {
	__u32 sid, old_sid; /* session ids: pids of the session leaders */
};

/* Payload of ptrace. The header describes the tracee. */
struct procsieve_ptrace {
	__u32 tracer_pid, tracer_tid;
	__u32 attached; /* 0: detached */
};

/* Payload of coredump. The exit event follows, with the core bit set if a dump was written. */
struct procsieve_coredump {
	__u32 signal;
};

/*
 * Payload of a process in a snapshot. In the header, boot_ns is the time of the read, and cpu is
 * where the process ran last.
 */
struct procsieve_process {
	__u32 pgid, sid;
	__u32 tracer_pid, tracer_tid; /* 0: not traced */
	__u32 threads;
	char state; /* as in /proc/PID/stat: one of RSDTtXZPI */
	char reserved[3];
	struct procsieve_command command; /* if arguments were requested; cwd is a section */
};

/* Payload of a mapping: one line of /proc/PID/maps. */
struct procsieve_mapping {
	__u64 start, end; /* addresses */
	__u64 offset;	  /* in the file, bytes */
	__u64 inode;
	__u32 dev_major, dev_minor;
	__u32 flags; /* PROCSIEVE_MAP_* */
	__u32 path_len;
	char path[]; /* or a name such as [heap]; not terminated */
};

#define PROCSIEVE_MAP_READ   0x1
#define PROCSIEVE_MAP_WRITE  0x2
#define PROCSIEVE_MAP_EXEC   0x4
#define PROCSIEVE_MAP_SHARED 0x8

/* Payload of an open file descriptor and its file: /proc/PID/fd and /proc/PID/fdinfo. */
struct procsieve_fd {
	__u32 fd;
	__u32 flags; /* O_* of open(2); without O_CLOEXEC, which is a flag of the descriptor */
	__u64 offset;
	__u64 inode;
	__u32 path_len;
	char path[]; /* as in /proc/PID/fd; not terminated */
};

/*
 * Precedes each record in a snapshot's stream. The next frame begins at the next multiple of 8
 * bytes.
 */
struct procsieve_frame {
	__u32 size; /* of the record, bytes */
	/* process id in the pid namespace of the requester; the streams are sorted by it */
	__u32 order;
};

/*
 * Payload of a lost record, which is placed where events are missing. The counts are totals since
 * the listener was opened: the difference from the previous lost record is the size of this gap,
 * and no count is missing if such a record is lost itself. In the header only boot_ns, cpu and type
 * are set. The record names only the types that have lost events, to be small: it goes into a ring
 * buffer that was just full. procsieve_lost_by_type() decodes it.
 */
struct procsieve_lost {
	__u64 since_ns; /* time of the first loss in this gap, CLOCK_BOOTTIME, nanoseconds */
	__u64 until_ns; /* time of the last known loss */
	__u64 types;	/* PROCSIEVE_MASK() of each type that has lost events */
	__u64 lost[];	/* number of lost events of each of these types, by ascending type */
};

/*
 * The control page: what the kernel and a listener share besides the ring buffer. Only the kernel
 * writes to it.
 */
struct procsieve_control {
	__u64 since_ns;
	__u64 until_ns;
	/* Lost events since the listener was opened, by enum procsieve_type. */
	__u64 lost[PROCSIEVE_EVENT_LIMIT];
	__u64 members;	    /* living processes in the pid filter */
	__u64 joined;	    /* processes that were ever in the pid filter */
	__u64 not_followed; /* children that did not fit in the table of followed processes */
	/*
	 * Events that may be missing, by enum procsieve_type: how often the kernel skipped a hook
	 * that reports them. Set when the listener is stopped. Older servers leave it 0.
	 */
	__u64 missed[PROCSIEVE_EVENT_LIMIT];
	/*
	 * Cgroups that have a path of the filter, but did not fit in the table of cgroups: events
	 * in them are missing. Older servers leave it 0.
	 */
	__u64 cgroups_left_out;
};

#endif
