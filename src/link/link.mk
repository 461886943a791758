# SPDX-License-Identifier: GPL-2.0-or-later
# The libraries that the program is linked with, and checks of them.

PKG_CONFIG ?= pkg-config
NM         ?= nm
# The libraries that a static libelf needs differ (libzstd since elfutils 0.192): its .pc file lists
# them. Without that file: those of older versions.
LDLIBS     := $(or $(shell $(PKG_CONFIG) --static --libs-only-l libbpf libelf 2>/dev/null),-lbpf -lelf -lz) -lpthread

# Functions of libbpf that are replaced by our own: see src/user/engine/load_errors.c and
# libbpf_wrap.c.
WRAPPED    := bpf_btf_get_next_id btf__load_vmlinux_btf bpf_prog_load
comma      := ,
WRAPS      := $(WRAPPED:%=-Wl$(comma)--wrap=%)

# The linker replaces a function only in calls from another object of the archive. If libbpf renamed
# one, or called it from the object that defines it, its own function would run, without any
# warning. So check that.
$(B)/link/wraps: Makefile src/link/link.mk
	$(call say,CHECK)
	$(Q)mkdir -p $(@D)
	$(Q)library=$$($(CC) $(SYSROOT:%=--sysroot=%) -print-file-name=libbpf.a); $(NM) -A $$library >$@.part; \
	for name in $(WRAPPED); do \
		grep -q "libbpf\.o:.* U $$name$$" $@.part && ! grep -q "libbpf\.o:.* [Tt] $$name$$" $@.part || { \
			echo "link: cannot replace $$name() of $$library: libbpf.o does not call it from another object;" \
				"use another version of libbpf (src/link/link.mk)" >&2; exit 1; }; \
	done
	$(Q)mv $@.part $@

# An empty object if libelf.a can be linked without it.
TRY_ELF    = $(CC) -static $(ALL_CFLAGS) src/link/try_elf.c
$(B)/link/search_tree.o: src/link/search_tree.c src/link/try_elf.c Makefile src/link/link.mk
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)if $(TRY_ELF) $(LDLIBS) -o $@.try 2>$@.log; then \
		$(CC) $(ALL_CFLAGS) -c -xc /dev/null -o $@; \
	elif grep -q 'undefined reference to .eu_search_tree' $@.log; then \
		$(CC) $(ALL_CFLAGS) -c $< -o $@ && $(TRY_ELF) $@ $(LDLIBS) -o $@.try; \
	else \
		cat $@.log >&2; exit 1; \
	fi
	$(Q)rm -f $@.try $@.log
