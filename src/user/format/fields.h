/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fields of records. Each is declared once, as F(KIND, key, word, value...). A format defines
 * one macro for each KIND and expands these tables with it. Keys are then string literals and need
 * no lookup at run time. Lines about the stream itself, such as `start` and `lost`, are not
 * records.
 *
 * `key` is the field's name, with its unit, in JSON lines and in the schema. `word` is not
 * empty if text has a column of it wherever its section is asked for; any other field has one where
 * --fields names it. The second parameter of a table is a pointer to the payload or section.
 *
 * KIND         the value
 * COUNT        a number
 * COUNT_KNOWN  a number; omitted if the kernel does not keep it (PROCSIEVE_UNKNOWN)
 * SMALL        a small number
 * ID           the id of a process, user or group
 * ID_UNLESS    an id and its usual value
 * ID_OTHER     an id and its usual value; omitted if they are equal
 * ID_SET       an id; omitted if it is not set (4294967295)
 * WIDE         64 bits: a string in JSON, because some readers keep only 53 bits of a number
 * WIDE_SET     the same; omitted if it is 0
 * SIGNED       a number that may be negative
 * NAME         plain letters
 * NS           nanoseconds; JSON has microseconds
 * NS_KNOWN     the same; omitted if the kernel does not keep it
 * PAGES        pages of sysconf(_SC_PAGESIZE) bytes, shown as kB
 * MASK         64 bits, 16 hexadecimal digits as in /proc/PID/status
 * ADDRESS      8 hexadecimal digits or more, as in /proc/PID/maps
 * DEVICE       a mapping, whose device is shown as in /proc/PID/maps
 * OCTAL        as in /proc/PID/fdinfo
 * BOOL         true or false
 * FLAG         true, or omitted
 * SIGNAL       a signal, shown by its name
 * STATUS       a status of wait(2): exit_code, or exit_signal, and core if memory was dumped
 * STATE        the letter that ps(1) shows
 * CLONE_FLAGS  the flags of clone3(2), shown by their names
 * COMM         the name of a task, PROCSIEVE_COMM_SIZE bytes
 */
#ifndef USER_FORMAT_FIELDS_H
#define USER_FORMAT_FIELDS_H

#include <stddef.h>

#include <procsieve/read_record.h>

/* The header, which every event and every process of a snapshot has. */
#define FIELDS_RECORD(F, record)                                    \
	F(SMALL, "cpu", "", (record)->cpu)                          \
	F(ID, "pid", "", (record)->pid)                             \
	F(ID, "tid", "", (record)->tid)                             \
	F(ID, "ppid", "", (record)->ppid)                           \
	F(WIDE, "start_ns", "", (record)->start_ns)                 \
	F(WIDE, "exec_id", "", (record)->exec_id)                   \
	F(WIDE_SET, "parent_exec_id", "", (record)->parent_exec_id) \
	F(ID, "uid", "", (record)->uid)                             \
	F(ID, "gid", "", (record)->gid)                             \
	F(COMM, "comm", "", (record)->comm)                         \
	F(WIDE, "cgroup_id", "", (record)->cgroup_id)               \
	F(FLAG, "thread", "", ((record)->flags & PROCSIEVE_F_THREAD))

/*
 * The effective ids, unless another part of the record has them: a uid or gid event, or the section
 * CRED.
 */
#define FIELDS_EUID(F, record) F(ID_OTHER, "euid", "", (record)->euid, (record)->uid)
#define FIELDS_EGID(F, record) F(ID_OTHER, "egid", "", (record)->egid, (record)->gid)

/* The fields of the header that identify the process of a mapping or file. */
#define FIELDS_OWNER(F, record)                     \
	F(ID, "pid", "", (record)->pid)             \
	F(WIDE, "start_ns", "", (record)->start_ns) \
	F(WIDE, "exec_id", "", (record)->exec_id)   \
	F(COMM, "comm", "", (record)->comm)

/*
 * Payloads of events: X(NAME, name, type, size), for PROCSIEVE_NAME, FIELDS_NAME and struct
 * procsieve_type. `size` is that of its fixed part. Every row of PROCSIEVE_EVENTS needs one here.
 */
#define EVENT_PAYLOADS(X)                                             \
	X(FORK, fork, fork, sizeof(struct procsieve_fork))            \
	X(EXEC, exec, exec, offsetof(struct procsieve_exec, command)) \
	X(EXIT, exit, exit, offsetof(struct procsieve_exit, command)) \
	X(COMM, comm, comm, sizeof(struct procsieve_comm))            \
	X(UID, uid, id_change, sizeof(struct procsieve_id_change))    \
	X(GID, gid, id_change, sizeof(struct procsieve_id_change))    \
	X(SID, sid, sid, sizeof(struct procsieve_sid))                \
	X(PTRACE, ptrace, ptrace, sizeof(struct procsieve_ptrace))    \
	X(COREDUMP, coredump, coredump, sizeof(struct procsieve_coredump))

/* Their fields. `record` is the header. */

#define FIELDS_FORK(F, fork, record)                          \
	F(ID, "child_pid", "", (fork)->child_pid)             \
	F(ID, "child_tid", "", (fork)->child_tid)             \
	F(WIDE, "child_start_ns", "", (fork)->child_start_ns) \
	F(WIDE, "child_exec_id", "", (fork)->child_exec_id)   \
	F(CLONE_FLAGS, "clone_flags", "", (fork)->clone_flags)

#define FIELDS_EXEC(F, exec, record)                    \
	F(WIDE, "old_exec_id", "", (exec)->old_exec_id) \
	F(ID_OTHER, "old_tid", "", (exec)->old_tid, (record)->tid)

#define FIELDS_EXIT(F, exit, record)               \
	F(STATUS, "exit_code", "", (exit)->status) \
	F(NS, "duration_us", "", (exit)->lifetime_ns)

#define FIELDS_COMM(F, comm, record) F(COMM, "old_comm", "", (comm)->old_comm)

#define FIELDS_UID(F, change, record)                  \
	F(ID, "ruid", "", (change)->now.real)          \
	F(ID, "euid", "", (change)->now.effective)     \
	F(ID, "suid", "", (change)->now.saved)         \
	F(ID, "fsuid", "", (change)->now.filesystem)   \
	F(ID, "old_ruid", "", (change)->old.real)      \
	F(ID, "old_euid", "", (change)->old.effective) \
	F(ID, "old_suid", "", (change)->old.saved)     \
	F(ID, "old_fsuid", "", (change)->old.filesystem)

#define FIELDS_GID(F, change, record)                  \
	F(ID, "rgid", "", (change)->now.real)          \
	F(ID, "egid", "", (change)->now.effective)     \
	F(ID, "sgid", "", (change)->now.saved)         \
	F(ID, "fsgid", "", (change)->now.filesystem)   \
	F(ID, "old_rgid", "", (change)->old.real)      \
	F(ID, "old_egid", "", (change)->old.effective) \
	F(ID, "old_sgid", "", (change)->old.saved)     \
	F(ID, "old_fsgid", "", (change)->old.filesystem)

#define FIELDS_SID(F, change, record)   \
	F(ID, "sid", "", (change)->sid) \
	F(ID, "old_sid", "", (change)->old_sid)

#define FIELDS_PTRACE(F, ptrace, record)              \
	F(ID, "tracer_pid", "", (ptrace)->tracer_pid) \
	F(ID, "tracer_tid", "", (ptrace)->tracer_tid) \
	F(BOOL, "attached", "", (ptrace)->attached)

#define FIELDS_COREDUMP(F, dump, record) F(SIGNAL, "signal", "", (dump)->signal)

/* Payloads of snapshot records, without the parts of variable size. */

#define FIELDS_PROCESS(F, process)               \
	F(STATE, "state", "", &(process)->state) \
	F(ID, "pgid", "", (process)->pgid)       \
	F(ID, "sid", "", (process)->sid)         \
	F(SMALL, "threads", "", (process)->threads)

/* Only for a traced process. */
#define FIELDS_TRACED(F, process)                      \
	F(ID, "tracer_pid", "", (process)->tracer_pid) \
	F(ID, "tracer_tid", "", (process)->tracer_tid)

#define FIELDS_MAPPING(F, mapping)                         \
	F(ADDRESS, "start", "", (mapping)->start)          \
	F(ADDRESS, "end", "", (mapping)->end)              \
	F(NAME, "perms", "", perms_name((mapping)->flags)) \
	F(ADDRESS, "offset", "", (mapping)->offset)        \
	F(DEVICE, "dev", "", mapping)                      \
	F(WIDE, "inode", "", (mapping)->inode)

#define FIELDS_FD(F, file)                   \
	F(SMALL, "fd", "", (file)->fd)       \
	F(OCTAL, "flags", "", (file)->flags) \
	F(WIDE, "pos", "", (file)->offset)   \
	F(WIDE, "inode", "", (file)->inode)

/*
 * Sections of fixed size: X(NAME, name), for struct procsieve_name and FIELDS_NAME. TIME is not
 * included, because its fields need values that are computed from the section.
 */
#define FIXED_SECTIONS(X) \
	X(NS, ns)         \
	X(PEAK, peak)     \
	X(IO, io) X(DELAY, delay) X(CRED, cred) X(SCHED, sched) X(MEM, mem) X(LOGIN, login)

#define FIELDS_NS(F, ns)                           \
	F(COUNT, "pid_ns", "pid_ns", (ns)->pid_ns) \
	F(COUNT, "ns_pid", "ns_pid", (ns)->pid)

/* cpu: result of procsieve_cpu_time(), the CPU time that wait(2) reports. */
#define FIELDS_TIME(F, time, cpu)                    \
	F(NS, "utime_us", "user", (cpu)->user)       \
	F(NS, "stime_us", "system", (cpu)->system)   \
	F(COUNT, "minflt", "minflt", (time)->minflt) \
	F(COUNT, "majflt", "majflt", (time)->majflt) \
	F(COUNT, "nvcsw", "nvcsw", (time)->nvcsw)    \
	F(COUNT, "nivcsw", "nivcsw", (time)->nivcsw) \
	F(NS_KNOWN, "cpu_delay_us", "cpu_delay", (time)->run_delay)

#define FIELDS_PEAK(F, peak) F(PAGES, "max_rss_kb", "max_rss_kb", (peak)->pages)

#define FIELDS_IO(F, io)                                          \
	F(COUNT, "read_bytes", "read_bytes", (io)->read_bytes)    \
	F(COUNT, "write_bytes", "write_bytes", (io)->write_bytes) \
	F(COUNT_KNOWN, "rchar", "rchar", (io)->rchar)             \
	F(COUNT_KNOWN, "wchar", "wchar", (io)->wchar)

#define FIELDS_DELAY(F, delay)                                             \
	F(NS, "blkio_delay_us", "blkio_delay", (delay)->blkio)             \
	F(NS, "swapin_delay_us", "swapin_delay", (delay)->swapin)          \
	F(NS, "reclaim_delay_us", "reclaim_delay", (delay)->reclaim)       \
	F(NS, "thrashing_delay_us", "thrashing_delay", (delay)->thrashing) \
	F(NS, "compact_delay_us", "compact_delay", (delay)->compact)       \
	F(NS, "wpcopy_delay_us", "wpcopy_delay", (delay)->wpcopy)          \
	F(NS_KNOWN, "irq_delay_us", "irq_delay", (delay)->irq)

#define FIELDS_CRED(F, cred)                                                   \
	F(ID, "ruid", "", (cred)->ruid)                                        \
	F(ID_UNLESS, "euid", "euid", (cred)->euid, (cred)->ruid)               \
	F(ID_UNLESS, "suid", "suid", (cred)->suid, (cred)->ruid)               \
	F(ID_UNLESS, "fsuid", "fsuid", (cred)->fsuid, (cred)->euid)            \
	F(ID, "rgid", "gid", (cred)->rgid)                                     \
	F(ID_UNLESS, "egid", "egid", (cred)->egid, (cred)->rgid)               \
	F(ID_UNLESS, "sgid", "sgid", (cred)->sgid, (cred)->rgid)               \
	F(ID_UNLESS, "fsgid", "fsgid", (cred)->fsgid, (cred)->egid)            \
	F(MASK, "cap_inheritable", "cap_inheritable", (cred)->cap_inheritable) \
	F(MASK, "cap_permitted", "cap_permitted", (cred)->cap_permitted)       \
	F(MASK, "cap_effective", "cap_effective", (cred)->cap_effective)       \
	F(MASK, "cap_bounding", "", (cred)->cap_bounding)                      \
	F(MASK, "cap_ambient", "cap_ambient", (cred)->cap_ambient)

#define FIELDS_LOGIN(F, login)               \
	F(ID_SET, "auid", "", (login)->auid) \
	F(ID_SET, "ses", "ses", (login)->ses)

#define FIELDS_SCHED(F, sched)                                    \
	F(NAME, "policy", "policy", policy_name((sched)->policy)) \
	F(SIGNED, "nice", "nice", (sched)->nice)                  \
	F(SIGNED, "priority", "", (sched)->priority)              \
	F(COUNT, "rt_priority", "rt_priority", (sched)->rt_priority)

#define FIELDS_MEM(F, mem)                                                                 \
	F(PAGES, "vsz_kb", "vsz_kb", (mem)->size)                                          \
	F(PAGES, "rss_kb", "rss_kb", (mem)->rss_anon + (mem)->rss_file + (mem)->rss_shmem) \
	F(PAGES, "rss_anon_kb", "rss_anon_kb", (mem)->rss_anon)                            \
	F(PAGES, "rss_file_kb", "rss_file_kb", (mem)->rss_file)                            \
	F(PAGES, "rss_shmem_kb", "rss_shmem_kb", (mem)->rss_shmem)                         \
	F(PAGES, "swap_kb", "swap_kb", (mem)->swap)                                        \
	F(PAGES, "peak_vsz_kb", "peak_vsz_kb", (mem)->peak_size)                           \
	F(PAGES, "peak_rss_kb", "peak_rss_kb", (mem)->peak_rss)

#endif
