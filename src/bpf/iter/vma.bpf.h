/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A mapping of a process's memory, a line of /proc/PID/maps: one record in the stream of mappings.
 */
#ifndef BPF_ITER_VMA_BPF_H
#define BPF_ITER_VMA_BPF_H

#include "iter/file_path.h"
#include "iter/select_cached.h"

struct mapping_record {
	struct procsieve_record header;
	struct procsieve_mapping mapping;
};

#define MAPPING_FIXED (sizeof(struct procsieve_record) + offsetof(struct procsieve_mapping, path))

/* vm_area_struct.vm_flags; VM_MAYSHARE is what MAP_SHARED requested. */
#define VM_READ	    0x01
#define VM_WRITE    0x02
#define VM_EXEC	    0x04
#define VM_MAYSHARE 0x80

/* A device number. */
#define MINOR_BITS 20
#define MINOR_MASK ((1 << MINOR_BITS) - 1)

/* Maximum size of a name that a process can set, with its zero (ANON_VMA_NAME_MAX_LEN). */
#define MAPPING_NAME_MAX 80

static __not_split struct selected_process mapping_process;

/* For reading through its members; see task_untrusted(). */
static __always_inline const struct vm_area_struct *vma_untrusted(const struct vm_area_struct *vma)
{
	if (kernel_has_rdonly_cast())
		return bpf_rdonly_cast(vma,
				       btf_ids.vm_area_struct
					       ?: bpf_core_type_id_kernel(struct vm_area_struct));
	return vma;
}

/* Returns the name that its process has set, or NULL. */
static __always_inline const char *vma_user_name(const struct vm_area_struct *untrusted, bool file)
{
	const struct anon_vma_name *name;

	if (!bpf_core_field_exists(untrusted->anon_name))
		return NULL;
	if (file &&
	    bpf_core_field_offset(untrusted->anon_name) == bpf_core_field_offset(untrusted->shared))
		return NULL;
	name = untrusted->anon_name;
	return name ? name->name : NULL;
}

/* Writes a literal, and returns its length. */
#define mapping_put(at, literal)                                    \
	({                                                          \
		__builtin_memcpy(at, literal, sizeof(literal) - 1); \
		sizeof(literal) - 1;                                \
	})

/* Appends, after "[anon:" of `length` bytes, the name that was set, and the bracket. */
static __always_inline __u32 vma_put_user_name(char *at, __u32 length, const char *name)
{
	long got = bpf_probe_read_kernel_str(at + length, MAPPING_NAME_MAX, name);
	__u32 size = got > 0 ? got - 1 : 0;

	size = bounded(size, MAPPING_NAME_MAX);
	at[length + size] = ']';
	return length + size + 1;
}

/* The name of a mapping that the kernel created, such as "[vdso]". */
static __always_inline __u32 vma_put_special(char *at, const struct vm_area_struct *untrusted)
{
	const struct vm_special_mapping *special = untrusted->vm_private_data;
	long got = bpf_probe_read_kernel_str(at, MAPPING_NAME_MAX, BPF_CORE_READ(special, name));

	return got > 0 ? got - 1 : 0;
}

static __always_inline bool vma_is_heap(const struct vm_area_struct *untrusted)
{
	const struct mm_struct *memory = untrusted->vm_mm;

	/*
	 * Up to 6.1 (recognised by this type), the kernel also counts a mapping that ends where an
	 * empty heap begins. (6.7 tests more strictly.)
	 */
	if (bpf_core_type_exists(struct mm_rss_stat))
		return untrusted->vm_start <= memory->brk && untrusted->vm_end >= memory->start_brk;
	return untrusted->vm_start < memory->brk && untrusted->vm_end > memory->start_brk;
}

static __always_inline bool vma_is_stack(const struct vm_area_struct *untrusted)
{
	unsigned long start = untrusted->vm_mm->start_stack;

	return untrusted->vm_start <= start && untrusted->vm_end >= start;
}

/* The name of a mapping without a file; the tests are in the kernel's order. */
static __always_inline __u32 vma_put_name(char *at, const struct vm_area_struct *untrusted)
{
	const char *user_name;

	if (untrusted->vm_ops && untrusted->vm_ops->name)
		return vma_put_special(at, untrusted);
	if (vma_is_heap(untrusted))
		return mapping_put(at, "[heap]");
	if (vma_is_stack(untrusted))
		return mapping_put(at, "[stack]");
	user_name = vma_user_name(untrusted, false);
	return user_name ? vma_put_user_name(at, mapping_put(at, "[anon:"), user_name) : 0;
}

/*
 * The path of a mapping's file. Shared memory without a file has an internal file that no process
 * opened, and may have a name.
 */
static __always_inline __u32 vma_put_file(struct scratch *scratch, struct file *file,
					  const struct vm_area_struct *untrusted)
{
	struct mapping_record *record = (struct mapping_record *)scratch->record;
	const struct inode *inode = file_inode(file);
	const char *user_name = vma_user_name(untrusted, true);
	char *at = scratch->record + MAPPING_FIXED;
	__u32 dev = BPF_CORE_READ(inode, i_sb, s_dev);

	record->mapping.offset = untrusted->vm_pgoff * snapshot_config.page_size;
	record->mapping.inode = BPF_CORE_READ(inode, i_ino);
	record->mapping.dev_major = dev >> MINOR_BITS;
	record->mapping.dev_minor = dev & MINOR_MASK;
	if (user_name)
		return vma_put_user_name(at, mapping_put(at, "[anon_shmem:"), user_name);
	return file_path(scratch, MAPPING_FIXED, file);
}

static __always_inline void vma_fill(struct procsieve_mapping *mapping,
				     const struct vm_area_struct *untrusted)
{
	unsigned long flags = untrusted->vm_flags;

	__builtin_memset(mapping, 0, sizeof(*mapping));
	mapping->start = untrusted->vm_start;
	mapping->end = untrusted->vm_end;
	mapping->flags = (flags & VM_READ ? PROCSIEVE_MAP_READ : 0) |
			 (flags & VM_WRITE ? PROCSIEVE_MAP_WRITE : 0) |
			 (flags & VM_EXEC ? PROCSIEVE_MAP_EXEC : 0) |
			 (flags & VM_MAYSHARE ? PROCSIEVE_MAP_SHARED : 0);
}

/*
 * Whether the mapping may be read. The kernel iterates over the memory that the process had when
 * the iteration came to it, to the end. For a caller that may not see all processes, that has to be
 * the memory that was checked: other memory cannot be checked any more.
 */
static __always_inline enum attempt mapping_check(const struct vm_area_struct *untrusted)
{
	if (!snapshot_config.restricted)
		return ATTEMPT_WRITE;
	if ((__u64)untrusted->vm_mm != mapping_process.identity.mm)
		return ATTEMPT_DROP;
	return attempt_wait_for_exec(&mapping_process.attempts, &mapping_process.identity);
}

SEC("iter/task_vma")
int snapshot_mappings(struct bpf_iter__task_vma *ctx)
{
	struct task_struct *task = ctx->task;
	struct vm_area_struct *vma = ctx->vma;
	const struct vm_area_struct *untrusted;
	struct mapping_record *record;
	struct scratch *scratch;
	struct sieve_comm comm;
	enum attempt attempt;
	struct file *file;
	__u32 length;

	if (!task || !vma)
		return 0;
	task_comm(&comm, task);
	scratch = scratch_start_unshared(PROCSIEVE_STREAM_MAPPINGS);
	if (!scratch || !select_cached(&mapping_process, task, &comm))
		return 0;
	untrusted = vma_untrusted(vma);
	attempt = mapping_check(untrusted);
	if (attempt != ATTEMPT_WRITE)
		return attempt_result(attempt);
	record = (struct mapping_record *)scratch->record;
	select_cached_header(&record->header, task, PROCSIEVE_MAPPING, &comm);
	vma_fill(&record->mapping, untrusted);
	file = vma->vm_file;
	if (file)
		length = vma_put_file(scratch, file, untrusted);
	else
		length = vma_put_name(scratch->record + MAPPING_FIXED, untrusted);
	record->mapping.path_len = length;
	attempt = select_cached_end(&mapping_process, task);
	if (attempt != ATTEMPT_WRITE)
		return attempt_result(attempt);
	process_write(ctx->meta->seq, scratch, MAPPING_FIXED + length,
		      process_order(scratch, task));
	return 0;
}

#endif
