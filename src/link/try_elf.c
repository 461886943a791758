// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests whether libelf.a can be linked as it is; see link.mk. Calls functions that libbpf calls,
 * which is enough to link all objects of the archive that matter.
 */
#include <libelf.h>
#include <stddef.h>

int main(int argc, char **argv)
{
	elf_version(EV_CURRENT);
	return elf_end(elf_memory(*argv, argc)) + !!elf_begin(argc, ELF_C_READ, NULL);
}
