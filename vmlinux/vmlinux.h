/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel types in use, with only the fields in use, the same for every architecture. libbpf
 * relocates each access to the running kernel (CO-RE), so the order and the offsets here have no
 * meaning. Numbers and flags come from <linux/bpf.h> and the other UAPI headers. This file has the
 * types that are in the kernel's BTF and not in UAPI headers.
 */
#ifndef VMLINUX_H
#define VMLINUX_H

#include <linux/types.h>
#include <stdbool.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	long counter;
} atomic_long_t;

typedef struct {
	unsigned int val;
} kuid_t;

typedef struct {
	unsigned int val;
} kgid_t;

/* 64 bits; up to Linux 6.2 two halves. */
typedef struct {
} kernel_cap_t;

/* Credentials. They are replaced as a whole, never changed in place. */
struct user_namespace {
	struct user_namespace *parent;
	int level;
	kuid_t owner;
};

struct cred {
	kuid_t uid;
	kgid_t gid;
	kuid_t suid;
	kgid_t sgid;
	kuid_t euid;
	kgid_t egid;
	kuid_t fsuid;
	kgid_t fsgid;
	kernel_cap_t cap_inheritable;
	kernel_cap_t cap_permitted;
	kernel_cap_t cap_effective;
	kernel_cap_t cap_bset;
	kernel_cap_t cap_ambient;
	struct user_namespace *user_ns;
};

/* Pages that a memory cgroup uses, and its limit. The cgroups above it count these pages too. */
struct page_counter {
	atomic_long_t usage;
	unsigned long max;
	struct page_counter *parent;
};

struct mem_cgroup {
	struct page_counter memory;
};

struct obj_cgroup {
	struct mem_cgroup *memcg;
};

/*
 * objcg: the memory cgroup that the map is charged to, which is that of the process that created
 * the map; NULL for the root cgroup.
 */
struct bpf_map {
	__u32 id;
	struct obj_cgroup *objcg;
};

struct list_head {
	struct list_head *next;
};

/* A node of a pseudo file system. For a cgroup's directory, id is the id of the cgroup. */
struct kernfs_node {
	const char *name;
	__u64 id;
};

/* A hierarchy. hierarchy_id is 0 for version 2. */
struct cgroup_root {
	int hierarchy_id;
};

struct cgroup {
	struct cgroup_root *root;
	int level;
	struct kernfs_node *kn;
	struct cgroup *ancestors[]; /* from the root (0) to itself (level); since Linux 6.1 */
};

/*
 * The cgroups of a task. dfl_cgrp is the one in the v2 hierarchy. cgrp_links are those of all
 * hierarchies, each by a struct cgrp_cset_link.
 */
struct css_set {
	struct cgroup *dfl_cgrp;
	struct list_head cgrp_links;
};

/* A cgroup namespace. Its root is the cgroup in which the process that created it was. */
struct cgroup_namespace {
	struct css_set *root_cset;
};

struct nsproxy {
	struct cgroup_namespace *cgroup_ns;
};

struct cgrp_cset_link {
	struct cgroup *cgrp;
	struct list_head cgrp_link; /* in css_set.cgrp_links */
};

struct qstr {
	const unsigned char *name;
};

struct super_block {
	__u32 s_dev; /* major << 20 | minor */
	unsigned long s_flags;
};

struct inode {
	unsigned long i_ino;
	struct super_block *i_sb;
};

/* The position of an entry in a hash table; pprev is NULL if it is in none. */
struct hlist_bl_node {
	struct hlist_bl_node **pprev;
};

struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
};

struct vfsmount {
	struct dentry *mnt_root;
};

/* The struct that contains the struct vfsmount of a path. */
struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	void *mnt_ns; /* MNT_NS_INTERNAL: a mount that only the kernel uses */
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct fs_struct {
	struct path root;
	struct path pwd;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
	unsigned int f_mode;
	unsigned int f_flags;
	long long f_pos;
	void *private_data; /* of a socket's file: struct socket */
};

/* The open files of a process, by file descriptor. */
struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct sock {
	struct pid *sk_peer_pid; /* the process that connected, set at that time */
	const struct cred *sk_peer_cred;
};

/* private_data of the file of a socket. */
struct socket {
	struct sock *sk;
};

/*
 * The struct that contains a file of a layer of a stacked file system, if the stacked file system
 * mapped it in place of its own file. Since Linux 6.7.
 */
struct backing_file {
	struct path user_path; /* path of the stacked file system's own file */
};

/* A sum that has one part per CPU. */
struct percpu_counter {
	__s64 count;
	__s32 *counters;
};

/* Index into mm_struct.rss_stat. */
enum {
	MM_FILEPAGES,
	MM_ANONPAGES,
	MM_SWAPENTS,
	MM_SHMEMPAGES,
};

/* An address space, with the bounds of the strings that exec put at the top of the stack. */
struct mm_struct {
	unsigned long start_brk, brk; /* bounds of the heap */
	unsigned long start_stack;
	unsigned long arg_start;
	unsigned long arg_end;
	unsigned long env_start;
	unsigned long env_end;
	struct file *exe_file;
	unsigned long total_vm, hiwater_vm, hiwater_rss; /* pages */
	struct percpu_counter rss_stat[4];		 /* pages by type; since Linux 6.2 */
	/* Up to Linux 6.17; the lowest two bits: dumpable, which decides about access. */
	unsigned long flags;
};

/* The counters up to Linux 6.1. */
struct mm_rss_stat {
	struct {
		long counter;
	} count[4];
};

struct mm_struct___plain {
	struct mm_rss_stat rss_stat;
};

/* The same flags since Linux 6.18, as a bitmap. */
typedef struct {
	unsigned long __mm_flags[1];
} mm_flags_t;

/* A mapping: its end, and its operations if it is not plain memory. */
struct vm_area_struct___plain {
	unsigned long vm_end;
	const struct vm_operations_struct *vm_ops;
};

struct mm_struct___bitmap {
	mm_flags_t flags;
};

/* A name that a process gave to a mapping. */
struct anon_vma_name {
	char name[1];
};

/* The vm_private_data of a mapping that the kernel itself created. */
struct vm_special_mapping {
	const char *name;
};

struct vm_operations_struct {
	void *name;
};

/*
 * A mapping. anon_name exists if the kernel is built with CONFIG_ANON_VMA_NAME; up to Linux 6.1 it
 * is in a union with `shared`.
 */
struct vm_area_struct {
	unsigned long vm_start, vm_end;
	struct mm_struct *vm_mm;
	unsigned long vm_flags;
	const struct vm_operations_struct *vm_ops;
	unsigned long vm_pgoff;
	struct file *vm_file;
	void *vm_private_data;
	struct anon_vma_name *anon_name;
	struct {
	} shared;
};

struct ns_common {
	unsigned int inum;
};

struct pid_namespace {
	struct ns_common ns;
};

/*
 * A process id, as seen in one pid namespace. Complete, unlike the other structs: an access to
 * `numbers` with a variable index uses the size of this struct.
 */
struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

/* tasks: those that have this id, by enum pid_type; linked by task_struct.pid_links. */
struct pid {
	unsigned int level;
	struct hlist_head tasks[4];
	struct upid numbers[];
};

/* Index into signal_struct.pids and pid.tasks; relocated. */
enum pid_type {
	PIDTYPE_TGID = 1,
	PIDTYPE_PGID = 2,
	PIDTYPE_SID = 3,
};

struct tty_struct {
	char name[64]; /* "pts0", "tty1" */
};

/* A lock whose readers check whether a writer was active during the read. */
typedef struct {
	unsigned int sequence;
} seqcount_t;

typedef struct {
	seqcount_t seqcount;
} seqcount_spinlock_t;

typedef struct {
	seqcount_spinlock_t seqcount;
} seqlock_t;

/* The CPU times that were reported last. */
struct prev_cputime {
	__u64 utime;
	__u64 stime;
};

struct sched_entity {
	__u64 sum_exec_runtime;
};

struct sched_info {
	unsigned long long run_delay;
};

struct task_io_accounting {
	__u64 rchar;
	__u64 wchar;
	__u64 read_bytes;
	__u64 write_bytes;
};

/* Delays of one task, while delay accounting is enabled. */
struct task_delay_info {
	__u64 blkio_delay;
	__u64 swapin_delay;
	__u64 freepages_delay;
	__u64 thrashing_delay;
	__u64 compact_delay;
	__u64 wpcopy_delay;
	__u64 irq_delay; /* since Linux 6.5 */
};

/* In signal_struct: the delays of the threads that have exited. */
struct taskstats {
	__u64 cpu_delay_total;
	__u64 blkio_delay_total;
	__u64 swapin_delay_total;
	__u64 freepages_delay_total;
	__u64 thrashing_delay_total;
	__u64 compact_delay_total;
	__u64 wpcopy_delay_total;
	__u64 irq_delay_total; /* since Linux 6.5 */
};

/* A lock with shared readers. RWSEM_WRITER_LOCKED: a writer holds it. */
struct rw_semaphore {
	atomic_long_t count;
};

/* The same on a kernel with PREEMPT_RT. RWBASE_WRITER_BIAS: a writer holds it. */
struct rwbase_rt {
	atomic_t readers;
};

struct rw_semaphore___rt {
	struct rwbase_rt rwbase;
};

struct signal_struct___rt {
	struct rw_semaphore___rt exec_update_lock;
};

/* The state that the threads of a process share. The sums are over the threads that have exited. */
struct signal_struct {
	/*
	 * An exec holds it as a writer from before it replaces the memory until the credentials
	 * match the new program.
	 */
	struct rw_semaphore exec_update_lock;
	atomic_t live; /* threads that have not begun to exit */
	int nr_threads;
	struct list_head thread_head;
	unsigned int flags;
	int group_exit_code;
	struct pid *pids[4];
	struct tty_struct *tty;
	seqlock_t stats_lock; /* protects the sums, and the exit of a thread */
	__u64 utime, stime;
	struct prev_cputime prev_cputime;
	unsigned long nvcsw, nivcsw, min_flt, maj_flt;
	unsigned long cmin_flt;		/* of children that were waited for */
	unsigned long inblock, oublock; /* of exited threads, in units of 512 bytes */
	unsigned long maxrss;
	struct task_io_accounting ioac;
	unsigned long long sum_sched_runtime;
	struct taskstats *stats; /* only if the process has or had several threads */
};

/* The architecture's part of a task. status: x86; flags: arm64. */
struct thread_info {
	unsigned long flags;
	__u32 status;
	__u32 cpu;
};

/*
 * Since Linux 7.2: the dumpable attribute is kept outside of the memory, until the task is freed.
 */
enum task_dumpable {
	TASK_DUMPABLE_OWNER = 1, /* accessible to its own user */
};

struct task_exec_state {
	enum task_dumpable dumpable;
};

struct task_struct {
	unsigned int __state;
	int exit_state;
	unsigned int flags;
	unsigned int ptrace;
	int prio, static_prio;
	unsigned int rt_priority, policy;
	int exit_code;
	unsigned int in_execve : 1;
	/* Dumpable attribute, kept after the memory is gone; in some kernels up to 7.1. */
	unsigned int user_dumpable : 1;
	struct task_exec_state *exec_state;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	__u64 start_boottime;
	const struct cred *real_cred; /* objective credentials: those that others check */
	const struct cred *cred;
	__u64 self_exec_id; /* incremented by each exec */
	char comm[16];
	kuid_t loginuid; /* of audit(7): ~0 if it is not set, as the session */
	unsigned int sessionid;
	struct fs_struct *fs;
	struct files_struct *files;
	struct signal_struct *signal;
	struct mm_struct *mm;
	struct css_set *cgroups;
	struct thread_info thread_info;
	struct pid *thread_pid;
	struct hlist_node pid_links[4]; /* by enum pid_type */
	struct nsproxy *nsproxy;
	struct list_head tasks;	       /* position in the list of all processes, latest last */
	struct list_head ptraced;      /* its tracees, latest first */
	struct list_head ptrace_entry; /* position in the tracer's list `ptraced` */
	struct task_struct *parent;    /* its tracer if `ptrace` is not 0 */
	struct list_head thread_node;  /* position in signal_struct.thread_head */

	/* Resource usage. */
	__u64 utime, stime;
	struct prev_cputime prev_cputime;
	struct sched_entity se;
	unsigned long nvcsw, nivcsw, min_flt, maj_flt;
	struct task_io_accounting ioac;
	struct sched_info sched_info;
	struct task_delay_info *delays;
};

/*
 * Registers of the caller of a syscall, or at the entry or return of a function. The suffix
 * distinguishes the type from the UAPI type; libbpf ignores it.
 */
struct pt_regs___kernel {
#ifdef __TARGET_ARCH_x86
	unsigned long ax, bx, cx, dx, si, di, orig_ax;
#else
	__u64 regs[31];
	__u64 orig_x0; /* still the first argument when regs[0] is the result */
	int syscallno;
#endif
};

struct sigaction___kernel {
	void *sa_handler;
};

struct k_sigaction {
	struct sigaction___kernel sa;
};

struct linux_binprm {
	int argc;
	const char *filename;
	struct cred *cred; /* credentials of the new program */
};

/* Context of an iter/task program. */
struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct bpf_iter__cgroup {
	struct bpf_iter_meta *meta;
	struct cgroup *cgroup;
};

/*
 * Contexts of iter/task_vma and iter/task_file programs, which iterate over the mappings or the
 * open files of each task.
 */
struct bpf_iter__task_vma {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	struct vm_area_struct *vma;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

/* Context of an iter/bpf_map program. */
struct bpf_iter__bpf_map {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
};

/* A per-CPU BPF array. */
struct bpf_array {
	void *pptrs[1];
};

struct timespec64 {
	__s64 tv_sec;
	long tv_nsec;
};

/*
 * Records of tracepoints, as BPF_PROG_TYPE_TRACEPOINT programs receive them. A string is inside the
 * record; the lower 16 bits of its __data_loc are its offset.
 */
struct trace_event_raw_task_newtask {
	int pid;
	unsigned long clone_flags;
};

struct trace_event_raw_sched_process_exec {
	__u32 __data_loc_filename;
	int old_pid;
};

struct trace_event_raw_sched_process_exit {
	bool group_dead; /* since Linux 6.16, where the tracepoint itself has this argument too */
};

/* Record of sched_process_free. */
struct trace_event_raw_sched_process_template {
	int pid;
};

struct trace_event_raw_task_rename {
	int pid; /* missing in some kernels around 6.19 */
	char newcomm[16];
};

struct trace_event_raw_signal_deliver {
	int sig;
	unsigned long sa_handler;
};

#pragma clang attribute pop

/* signal_struct.flags: the whole process is exiting; group_exit_code is its status. */
#define SIGNAL_GROUP_EXIT 0x00000004

/* signal_struct.flags: an init process, which the default action of a signal does not kill. */
#define SIGNAL_UNKILLABLE 0x00000040

/* mount.mnt_ns: an error pointer. */
#define MNT_NS_INTERNAL ((void *)-22)

/* super_block.s_flags: users cannot mount it. */
#define SB_KERNMOUNT 0x400000

/*
 * file.f_mode: the file is in a struct backing_file. FMODE_BACKING is used since Linux 6.14, and in
 * stable kernels since some release.
 */
#define FMODE_BACKING_OLD 0x2000000
#define FMODE_BACKING	  0x1000000

/* Writer bits of rw_semaphore.count and rwbase_rt.readers. */
#define RWSEM_WRITER_LOCKED 1
#define RWBASE_WRITER_BIAS  0x40000000

/*
 * mm_struct.flags up to Linux 7.1: the mask of the dumpable attribute, and the value that allows
 * access by the process's own user.
 */
#define MMF_DUMPABLE_MASK 3
#define SUID_DUMP_USER	  1

#endif
