/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /proc says of a file: its path, and which inode it is. */
#ifndef BPF_ITER_FILE_PATH_H
#define BPF_ITER_FILE_PATH_H

#include "core/compat.h"
#include "core/path.h"

#define FILE_DELETED " (deleted)"

/* For following its pointers; see task_untrusted(). */
static __always_inline const struct file *file_untrusted(const struct file *file)
{
	if (kernel_casts())
		return bpf_rdonly_cast(file,
				       kernel_ids.file ?: bpf_core_type_id_kernel(struct file));
	return file;
}

/*
 * Is it a file of a layer, which a stacked file system (overlayfs, under every container) has
 * mapped in the place of its own? There is a flag for that, but which one it is no kernel tells,
 * and stable kernels have moved it. So look at the mount as well: that of a layer is a private one,
 * though not of a file system that is the kernel's own. (Not told apart are files that FUSE passes
 * through.)
 */
static __always_inline bool file_is_of_layer(const struct file *file)
{
	/* Not container_of(): the running kernel's offset. */
	struct mount *mount =
		(void *)BPF_CORE_READ(file, f_path.mnt) - bpf_core_field_offset(struct mount, mnt);

	return file_untrusted(file)->f_mode & (FMODE_BACKING | FMODE_BACKING_OLD) &&
	       BPF_CORE_READ(mount, mnt_ns) == MNT_NS_INTERNAL &&
	       !(BPF_CORE_READ(file, f_inode, i_sb, s_flags) & SB_KERNMOUNT);
}

/*
 * The path by which such a file was opened; NULL: it is none. (Before 6.7 the file's own path is
 * that.)
 */
static __always_inline struct path *file_user_path(const struct file *file)
{
	if (!bpf_core_field_exists(struct backing_file, user_path) || !file_is_of_layer(file))
		return NULL;
	return (void *)file + bpf_core_field_offset(struct backing_file, user_path);
}

static __always_inline const struct inode *file_inode(const struct file *file)
{
	struct path *path = file_user_path(file);

	return path ? BPF_CORE_READ(path, dentry, d_inode) : file_untrusted(file)->f_inode;
}

static __always_inline bool file_is_deleted(struct path *path)
{
	struct dentry *dentry = BPF_CORE_READ(path, dentry);

	return !BPF_CORE_READ(dentry, d_hash.pprev) && BPF_CORE_READ(dentry, d_parent) != dentry;
}

/*
 * As bpf_d_path() has it, of paths that it does not take, or finds too long: of those the beginning
 * is left out.
 */
static __always_inline __u32 file_walk(struct scratch *scratch, __u32 used, struct path *path)
{
	const struct task_struct *reader = bpf_get_current_task_btf();
	bool whole = false;
	__u32 length = path_put(scratch, used, reader, path, &whole);

	if (!whole)
		scratch->header.flags |= PROCSIEVE_F_FILENAME_CUT;
	if (!file_is_deleted(path))
		return length;
	length = bounded(length, SCRATCH_PATH_MAX);
	__builtin_memcpy(scratch->record + used + length, FILE_DELETED, sizeof(FILE_DELETED) - 1);
	return length + sizeof(FILE_DELETED) - 1;
}

/*
 * Puts the path of a file into the record at `used`, a constant, as whoever reads sees it:
 * "pipe:[1]" for one that has none. Returns its length.
 */
static __always_inline __u32 file_path(struct scratch *scratch, __u32 used, struct file *file)
{
	struct path *user_path = file_user_path(file);
	long got;

	if (user_path)
		return file_walk(scratch, used, user_path);
	got = bpf_d_path(&file->f_path, scratch->record + used, PROCSIEVE_PATH_MAX);
	return got > 0 ? got - 1 : file_walk(scratch, used, &file->f_path);
}

#endif
