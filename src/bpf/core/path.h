/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The path of a file, as getcwd(2) would return it to a task: relative to the task's own root,
 * across mounts. Written from right to left, because the components are found in that order.
 * Without the locks of d_path(): a rename at the same time may mix old and new names, but no name
 * is read past its end.
 */
#ifndef BPF_CORE_PATH_H
#define BPF_CORE_PATH_H

#include "core/scratch.h"

/* Maximum number of components; further leading ones are cut, and the path is flagged. */
#define PATH_DEPTH 256

/* In the scratch area, because BPF stacks are small. */
struct path_walk {
	struct dentry *dentry;
	struct vfsmount *mount;
	struct dentry *root_dentry;
	struct vfsmount *root_mount;
	__u64 start; /* of what is written */
	bool done;
};

/* Goes from the root of a mount to its mount point. Returns false at the root of all mounts. */
static __always_inline bool path_cross_mount(struct path_walk *walk)
{
	/* Not container_of(): the offset has to be that of the running kernel. */
	struct mount *mount = (void *)walk->mount - bpf_core_field_offset(struct mount, mnt);
	struct mount *parent = BPF_CORE_READ(mount, mnt_parent);

	if (parent == mount)
		return false;
	walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
	walk->mount = &parent->mnt;
	return true;
}

/*
 * Whether /proc adds " (deleted)" to the path of a file or directory: it was removed, or it never
 * was in a directory, such as a memfd. The root of a file system is in none either.
 */
static __always_inline bool path_is_deleted(const struct path *path)
{
	struct dentry *dentry = BPF_CORE_READ(path, dentry);

	if (BPF_CORE_READ(dentry, d_parent) == dentry)
		return BPF_CORE_READ(path, mnt, mnt_root) != dentry;
	return !BPF_CORE_READ(dentry, d_hash.pprev);
}

static __always_inline struct path_walk *path_area(struct scratch *scratch)
{
	_Static_assert(sizeof(struct path_walk) <= sizeof(scratch->work), "there is room");
	return (struct path_walk *)scratch->work;
}

/* One component up; the signature is that of a bpf_loop() callback. Returns 1 at the end. */
static long path_step(__u32 turn, struct scratch **area)
{
	struct scratch *scratch = *area;
	struct path_walk *walk = path_area(scratch);
	struct dentry *dentry = walk->dentry, *parent;
	struct vfsmount *mount = walk->mount;
	char *name = scratch->path + SCRATCH_PATH_MAX;
	__u64 start = walk->start, length;
	long got;

	if (dentry == walk->root_dentry && mount == walk->root_mount) {
		walk->done = true;
		return 1;
	}
	if (dentry == BPF_CORE_READ(mount, mnt_root)) {
		walk->done = !path_cross_mount(walk);
		return walk->done;
	}
	parent = BPF_CORE_READ(dentry, d_parent);
	/*
	 * Reads up to the terminating zero: the length in the dentry may be that of the previous
	 * name, and the bytes after the zero are no name.
	 */
	got = bpf_probe_read_kernel_str(name, SCRATCH_NAME_MAX + 1,
					BPF_CORE_READ(dentry, d_name.name));
	length = got - 1;
	if (got <= 0 || length + 1 > start || start > SCRATCH_PATH_MAX)
		return 1;
	start -= length + 1;
	if (start >= SCRATCH_PATH_MAX)
		return 1;
	scratch->path[start] = '/';
	bpf_probe_read_kernel(&scratch->path[start + 1], length & SCRATCH_NAME_MAX, name);
	walk->start = start;
	walk->dentry = parent;
	/*
	 * It is its own parent, and not a mount point: a file that is in no directory, such as a
	 * memfd.
	 */
	walk->done = parent == dentry;
	return walk->done;
}

/*
 * Writes the path of a file as `task` sees it; *start is set to its position in the buffer. Returns
 * whether it is complete.
 */
static __always_inline bool path_write(struct scratch *scratch, const struct task_struct *task,
				       struct path *path, __u64 *start)
{
	struct path_walk *walk = path_area(scratch);

	walk->dentry = BPF_CORE_READ(path, dentry);
	walk->mount = BPF_CORE_READ(path, mnt);
	walk->root_dentry = BPF_CORE_READ(task, fs, root.dentry);
	walk->root_mount = BPF_CORE_READ(task, fs, root.mnt);
	walk->start = SCRATCH_PATH_MAX;
	walk->done = false;
	bpf_loop(PATH_DEPTH, path_step, &scratch, 0);
	if (walk->start == SCRATCH_PATH_MAX && walk->done) {
		walk->start = SCRATCH_PATH_MAX - 1;
		scratch->path[SCRATCH_PATH_MAX - 1] = '/';
	}
	*start = walk->start;
	return walk->done;
}

/*
 * Copies a file's path into the record at `used`, where SCRATCH_PATH_MAX bytes have to be free.
 * Returns its length, 0 if there is none; *whole is set to whether the path is complete.
 */
static __always_inline __u32 path_put(struct scratch *scratch, __u64 used,
				      const struct task_struct *task, struct path *path,
				      bool *whole)
{
	__u64 start = SCRATCH_PATH_MAX;
	__u32 length;

	/*
	 * 64 bits from here on: the 6.1 verifier forgets the bounds of 32-bit values that are
	 * spilled to the stack.
	 */
	asm volatile("" : "+r"(used));
	*whole = path_write(scratch, task, path, &start);
	if (start >= SCRATCH_PATH_MAX)
		return 0;
	length = SCRATCH_PATH_MAX - start;
	length = bounded(length, SCRATCH_PATH_MAX);
	bpf_probe_read_kernel(scratch->record + used, length, scratch->path + start);
	return length;
}

#endif
