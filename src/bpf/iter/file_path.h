/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The path of a file as /proc shows it, and its inode. */
#ifndef BPF_ITER_FILE_PATH_H
#define BPF_ITER_FILE_PATH_H

#include "core/compat.h"
#include "core/path.h"

#define FILE_DELETED " (deleted)"

/* For reading through its members; see task_untrusted(). */
static __always_inline const struct file *file_untrusted(const struct file *file)
{
	if (kernel_has_rdonly_cast())
		return bpf_rdonly_cast(file, btf_ids.file ?: bpf_core_type_id_kernel(struct file));
	return file;
}

/*
 * Whether this is a backing file: a stacked file system (overlayfs, in most containers) has opened
 * it on a lower layer, and maps it in place of the file that the process opened. The kernel marks
 * such files with FMODE_BACKING, but the value of that flag differs between stable kernels. So the
 * mount is tested as well: a layer's mount is private, and not one of the kernel's own. (Files that
 * FUSE passes through look the same.)
 */
static __always_inline bool file_is_backing(const struct file *file)
{
	/* Not container_of(): the offset has to be that of the running kernel. */
	struct mount *mount =
		(void *)BPF_CORE_READ(file, f_path.mnt) - bpf_core_field_offset(struct mount, mnt);

	return file_untrusted(file)->f_mode & (FMODE_BACKING | FMODE_BACKING_OLD) &&
	       BPF_CORE_READ(mount, mnt_ns) == MNT_NS_INTERNAL &&
	       !(BPF_CORE_READ(file, f_inode, i_sb, s_flags) & SB_KERNMOUNT);
}

/*
 * Returns the path by which the process opened a backing file, or NULL if it is another file.
 * Before Linux 6.7, f_path of a backing file is that path.
 */
static __always_inline struct path *file_user_path(const struct file *file)
{
	if (!bpf_core_field_exists(struct backing_file, user_path) || !file_is_backing(file))
		return NULL;
	return (void *)file + bpf_core_field_offset(struct backing_file, user_path);
}

static __always_inline const struct inode *file_inode(const struct file *file)
{
	struct path *path = file_user_path(file);

	return path ? BPF_CORE_READ(path, dentry, d_inode) : file_untrusted(file)->f_inode;
}

/*
 * Writes a path that bpf_d_path() does not accept, or that is too long for it: then the leading
 * components are cut.
 */
static __always_inline __u32 file_path_walk(struct scratch *scratch, __u32 used, struct path *path)
{
	const struct task_struct *reader = bpf_get_current_task_btf();
	bool complete = false;
	__u32 length = path_put(scratch, used, reader, path, &complete);

	if (!complete)
		scratch->header.flags |= PROCSIEVE_F_FILENAME_CUT;
	if (!path_is_deleted(path))
		return length;
	length = bounded(length, SCRATCH_PATH_MAX);
	__builtin_memcpy(scratch->record + used + length, FILE_DELETED, sizeof(FILE_DELETED) - 1);
	return length + sizeof(FILE_DELETED) - 1;
}

/*
 * Writes the path of a file into the record at `used`, a constant, as the reader sees it:
 * "pipe:[1]" for a file without a path. Returns its length.
 */
static __always_inline __u32 file_path(struct scratch *scratch, __u32 used, struct file *file)
{
	struct path *user_path = file_user_path(file);
	long got;

	if (user_path)
		return file_path_walk(scratch, used, user_path);
	got = bpf_d_path(&file->f_path, scratch->record + used, PROCSIEVE_PATH_MAX);
	return got > 0 ? got - 1 : file_path_walk(scratch, used, &file->f_path);
}

#endif
