/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BTF type ids that user space passes to the programs. Shared by both sides of the engine. */
#ifndef BPF_SHARED_BTF_IDS_H
#define BPF_SHARED_BTF_IDS_H

#include <linux/types.h>

/* Ids of types in the kernel's BTF. 0: libbpf has relocated the id where it is used. */
struct btf_ids {
	__u32 task_struct;
	__u32 timespec64;
	__u32 file;
	__u32 vm_area_struct;
	__u32 cred;
};

#endif
