// SPDX-License-Identifier: GPL-2.0-or-later
/* Maps a BTF file and finds its parts; see btf_file.h. <linux/btf.h> defines the layout. */
#include "engine/btf_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Maps the file. If that fails, reads it into anonymous memory instead: kernels before 6.16 do not
 * allow mmap(2) of /sys/kernel/btf/vmlinux.
 */
static bool map_file(struct btf_file *view, int fd)
{
	struct stat status;
	size_t done = 0;
	ssize_t got = 1;

	if (fstat(fd, &status) || status.st_size <= 0)
		return false;
	view->map_size = status.st_size;
	view->map = mmap(NULL, view->map_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (view->map != MAP_FAILED)
		return true;
	view->map = mmap(NULL, view->map_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
	if (view->map == MAP_FAILED)
		return false;
	for (; done < view->map_size && got > 0; done += got > 0 ? got : 0)
		got = read(fd, (__u8 *)view->map + done, view->map_size - done);
	return done == view->map_size;
}

static bool find_parts(struct btf_file *view)
{
	const struct btf_header *header = view->map;
	__u64 types, strings;

	if (view->map_size < sizeof(*header) || header->magic != BTF_MAGIC)
		return false;
	types = (__u64)header->hdr_len + header->type_off;
	strings = (__u64)header->hdr_len + header->str_off;
	if (types + header->type_len > view->map_size || types % sizeof(__u32) ||
	    strings + header->str_len > view->map_size || !header->str_len)
		return false;
	view->types = (const __u8 *)view->map + types;
	view->types_size = header->type_len;
	view->strings = (const char *)view->map + strings;
	view->strings_size = header->str_len;
	return !view->strings[view->strings_size - 1];
}

bool btf_file_open(struct btf_file *view, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool mapped;

	*view = (struct btf_file){.map = MAP_FAILED};
	mapped = fd >= 0 && map_file(view, fd);
	if (fd >= 0)
		close(fd);
	return mapped && find_parts(view);
}

void btf_file_close(struct btf_file *view)
{
	if (view->map != MAP_FAILED)
		munmap(view->map, view->map_size);
	view->map = MAP_FAILED;
}

bool btf_index_open(struct btf_index *index, const char *path)
{
	*index = (struct btf_index){.count = 0};
	if (!btf_file_open(&index->file, path))
		return false;
	/* Untouched pages use no memory. */
	index->offsets = calloc(btf_index_limit(&index->file), sizeof(*index->offsets));
	return index->offsets;
}

void btf_index_close(struct btf_index *index)
{
	btf_file_close(&index->file);
	free(index->offsets);
}

const char *btf_file_name(const struct btf_file *view, __u32 offset)
{
	return offset < view->strings_size ? view->strings + offset : "";
}
