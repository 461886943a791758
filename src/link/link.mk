# SPDX-License-Identifier: GPL-2.0-or-later
# What the static libraries are linked with, and what is expected of them.

PKG_CONFIG ?= pkg-config
NM         ?= nm
# What a static libelf needs differs (libzstd from elfutils 0.192 on): its own file says it. Without
# one: as it was before.
LDLIBS     := $(or $(shell $(PKG_CONFIG) --static --libs-only-l libbpf libelf 2>/dev/null),-lbpf -lelf -lz) -lpthread

# Functions of libbpf in whose place ours are linked: see src/user/engine/load_errors.c and
# libbpf_shim.c.
WRAPPED    := bpf_btf_get_next_id btf__load_vmlinux_btf bpf_prog_load
comma      := ,
WRAPS      := $(WRAPPED:%=-Wl$(comma)--wrap=%)

# The linker replaces a function only where another object of the archive calls it. Were one
# renamed, or called from its own object, libbpf's own would run, and nothing would say so.
$(B)/link/wraps: Makefile src/link/link.mk
	$(call say,CHECK)
	$(Q)mkdir -p $(@D)
	$(Q)library=$$($(CC) $(SYSROOT:%=--sysroot=%) -print-file-name=libbpf.a); $(NM) -A $$library >$@.part; \
	for name in $(WRAPPED); do \
		grep -q "libbpf\.o:.* U $$name$$" $@.part && ! grep -q "libbpf\.o:.* [Tt] $$name$$" $@.part || { \
			echo "link: libbpf.o in $$library does not call $$name() of another object, where procsieve" \
				"puts a function of its own (src/link/link.mk)" >&2; exit 1; }; \
	done
	$(Q)mv $@.part $@

# Empty where libelf.a can be linked as it is.
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
