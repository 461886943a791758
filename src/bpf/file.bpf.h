/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that a process has open, as /proc/PID/fd and fdinfo have it, as one record of the stream of files. */
#ifndef FILE_BPF_H
#define FILE_BPF_H

#include <linux/fcntl.h>

#include "file_path.h"
#include "visit.h"

struct file_record {
	struct procsieve_record header;
	struct procsieve_file file;
};

#define FILE_FIXED (sizeof(struct procsieve_record) + offsetof(struct procsieve_file, path))

struct snapshot_visit file_visit;

SEC("iter/task_file")
int snapshot_files(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	const struct file *loose;
	const struct inode *inode;
	struct file_record *record;
	struct scratch *scratch;
	struct sieve_comm comm;
	__u32 length;

	if (!task || !file)
		return 0;
	task_comm(&comm, task);
	scratch = scratch_of(0);
	if (!scratch || !visit_select(&file_visit, task, &comm))
		return 0;
	record = (struct file_record *)scratch->record;
	visit_header(&record->header, task, PROCSIEVE_FILE, &comm);
	loose = file_loose(file);
	record->file.fd = ctx->fd;
	/* That is of the descriptor, not of the file; some files have it all the same. */
	record->file.flags = loose->f_flags & ~O_CLOEXEC;
	record->file.offset = loose->f_pos;
	inode = file_inode(file);
	record->file.inode = BPF_CORE_READ(inode, i_ino);
	length = file_path(scratch, FILE_FIXED, file);
	record->file.path_len = length;
	process_write(ctx->meta->seq, scratch, FILE_FIXED + length, process_order(scratch, task));
	return 0;
}

#endif
