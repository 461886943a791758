// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Can libelf.a be linked as it is? What libbpf calls of it is enough to draw in all that matters;
 * see link.mk.
 */
#include <libelf.h>
#include <stddef.h>

int main(int argc, char **argv)
{
	elf_version(EV_CURRENT);
	return elf_end(elf_memory(*argv, argc)) + !!elf_begin(argc, ELF_C_READ, NULL);
}
