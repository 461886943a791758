# SPDX-License-Identifier: GPL-2.0-or-later
# procsieve. `make` builds the program and the library, `make help` lists all targets. V=1 shows
# every command.

VERSION    := 0.1.0
PREFIX     ?= /usr/local
SYSCONFDIR ?= /etc
B          := build

CC         ?= cc
CLANG      ?= clang
LLVM_STRIP ?= llvm-strip
STRIP      ?= strip
# Debian's bpftool is in /usr/sbin, which is not in every user's PATH.
BPFTOOL    := $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
DEPS       := tools/deps

CPPFLAGS   := -D_GNU_SOURCE -DPROCSIEVE_VERSION='"$(VERSION)"' -Iinclude -Isrc -Isrc/user -I$(B)
WARNINGS   := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla
CFLAGS     ?= -O2 -g
# The directory with the headers and libraries of another architecture; set by `make cross`.
SYSROOT    :=
ALL_CFLAGS := -std=gnu11 $(WARNINGS) $(CFLAGS) -ffunction-sections -fdata-sections $(SYSROOT:%=--sysroot=%)
LDFLAGS    := -Wl,--gc-sections
LINK_OBJ   := $(B)/link/search_tree.o

ARCH       := $(patsubst aarch64,arm64,$(patsubst x86_64,x86,$(shell uname -m)))
# -mcpu=v3: 32-bit atomics. The BPF target has no C library of its own: its types come from the
# host's.
BPF_CFLAGS := -std=gnu11 -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_$(ARCH) -Wall -Wextra -Wno-unused-parameter \
	-Iinclude -Ivmlinux -Isrc -Isrc/bpf -idirafter $(SYSROOT)/usr/include/$(shell $(CC) -print-multiarch)

CROSS_arm64 := aarch64-linux-gnu-
# libzstd-dev: needed by some versions of libelf.
SYSROOT_PACKAGES := libc6 libc6-dev linux-libc-dev libbpf-dev libelf-dev zlib1g-dev libzstd-dev \
	libcmocka0 libcmocka-dev libjansson4 libjansson-dev
# What `make cross` builds.
GOALS      := all

USER_OBJ   := $(patsubst src/user/%.c,$(B)/user/%.o,$(wildcard src/user/*/*.c))
LIB_SRC    := $(wildcard src/lib/*.c)
LIB_OBJ    := $(LIB_SRC:src/lib/%.c=$(B)/lib/%.o)
SKELETONS  := $(B)/procsieve.skel.h $(B)/snapshot.skel.h
GENERATED  := $(SKELETONS) $(B)/kernel_types.inc $(B)/kernel_hooks.inc $(B)/schema.inc
SONAME     := libprocsieve.so.0

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(patsubst $(B)/%,%,$@))

.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:
# tests/scripts/manual checks that `make help` lists these, except those on lines marked as internal.
.PHONY: all help deps run cross marked check bench install uninstall clean
.PHONY: cross-deps # internal

all: $(B)/procsieve $(B)/libprocsieve.a $(B)/$(SONAME)

help:
	@echo 'Build:'
	@echo '  make                  build $(B)/procsieve and the library'
	@echo '  make deps             install the Debian packages that the build needs'
	@echo '  make run              deps, build, and start "procsieve watch"; ARGS= are its options'
	@echo '  make examples         build the examples of the library, in $(B)/examples/'
	@echo '  make cross            build for another architecture, in $(B)/ARCH/; ARCH=arm64'
	@echo '  make install          install below $$(DESTDIR)$$(PREFIX)'
	@echo '  make uninstall        remove what install put there'
	@echo '  make release          static binaries, Debian packages and checksums for amd64 and arm64,'
	@echo '                        in $(B)/release/'
	@echo '  make clean            remove $(B)/'
	@echo '  make help             print this'
	@echo 'Test:'
	@echo '  make check            deps, build, and run all tests on this machine, as root'
	@echo '  make check-unit       only the unit tests'
	@echo '  make check-system     only the system tests, as root'
	@echo '  make check-documents  only the tests of the documents and of the JSON schema'
	@echo '  make check-examples   only the tests of the installed library and of the examples'
	@echo '  make check-service    only the tests of the systemd units'
	@echo '  make check-vm         run the system tests on other kernels, in emulated machines; GUESTS='
	@echo '  make check-distros    build and test on other Debian releases, each in a directory;'
	@echo '                        DISTROS="bookworm trixie sid"'
	@echo '  make check-release    release, and test the package'
	@echo '  make lint             check layout, likely mistakes, licences, includes and comments'
	@echo '  make fuzz             send random input to the parsers, for FUZZ_SECONDS= each. With SANITIZE='
	@echo '                        (thread, address, undefined): to a server with that sanitizer, as root'
	@echo '  make hunt             search for events that users must not see; HUNT_SECONDS=, and HUNT_SEED='
	@echo '                        to repeat a run'
	@echo '  make marked           build a test program that fills the memory of records before it writes'
	@echo '                        each, in $(B)/marked/'
	@echo '  make system-tests     build the system tests without running them'
	@echo 'Measure:'
	@echo '  make bench            compare with the unwatched machine and with other tools; ARGS=--quick'

deps:
	@$(DEPS) build

# In a second make, because the first has looked for its tools before the packages were installed.
run: deps
	@$(MAKE) --no-print-directory all
	@$(B)/procsieve watch $(ARGS)

# A program for tests: before each record, it fills the memory in which the record is built with
# this byte (src/bpf/core/scratch_mark.h). The byte occurs in no UTF-8 text, and is not the high byte
# of a small number, positive (0) or negative (0xff).
MARKED_BYTE := 0xf7
MARKED     := $(B)/marked

marked:
	@$(MAKE) --no-print-directory B=$(MARKED) BPF_CFLAGS='$(BPF_CFLAGS) -DSCRATCH_MARKER=$(MARKED_BYTE)' \
		$(MARKED)/procsieve

# For another architecture: the same rules with its compiler. Its libraries come from Debian
# packages that are unpacked, but not installed.
cross-deps:
	$(if $(CROSS_$(ARCH)),,$(error cross: ARCH=$(ARCH) is none of $(patsubst CROSS_%,%,$(filter CROSS_%,$(.VARIABLES)))))
	@$(DEPS) cross
	@tools/fetch $(ARCH) $(B)/$(ARCH)/sysroot $(SYSROOT_PACKAGES)

cross: cross-deps
	@export PKG_CONFIG_LIBDIR=$(B)/$(ARCH)/sysroot/usr/lib/$(CROSS_$(ARCH):%-=%)/pkgconfig; \
	$(MAKE) --no-print-directory B=$(B)/$(ARCH) SYSROOT=$(B)/$(ARCH)/sysroot \
		CC=$(CROSS_$(ARCH))gcc STRIP=$(CROSS_$(ARCH))strip NM=$(CROSS_$(ARCH))nm $(GOALS)

$(B)/procsieve: $(B)/procsieve.debug
	$(call say,STRIP)
	$(Q)$(STRIP) -o $@ $<

$(B)/procsieve.debug: $(USER_OBJ) $(LIB_OBJ) $(LINK_OBJ) | $(B)/link/wraps
	$(call say,LINK)
	$(Q)$(CC) -static $(ALL_CFLAGS) $(LDFLAGS) $(WRAPS) $^ $(LDLIBS) -o $@

include src/link/link.mk

$(B)/user/%.o: src/user/%.c Makefile | $(GENERATED)
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

# The library needs only the C library. The static and the shared one have the same objects.
$(B)/lib/%.o: src/lib/%.c Makefile
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -fPIC -MMD -MP -c $< -o $@

$(B)/libprocsieve.a: $(LIB_OBJ)
	$(call say,AR)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

$(B)/$(SONAME): $(LIB_OBJ) src/lib/libprocsieve.map
	$(call say,LINK)
	$(Q)$(CC) -shared $(ALL_CFLAGS) -Wl,-soname,$(SONAME) -Wl,--version-script=src/lib/libprocsieve.map \
		$(LIB_OBJ) -o $@
	$(Q)ln -sf $(SONAME) $(B)/libprocsieve.so

# The two BPF objects: one for events, one for snapshots.
$(B)/%.bpf.o: src/bpf/%.bpf.c Makefile
	$(call say,BPF)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@
	$(Q)$(LLVM_STRIP) -g $@

$(B)/%.skel.h: $(B)/%.bpf.o
	$(call say,SKEL)
	$(Q){ echo '/* NOLINTBEGIN: generated */' && $(BPFTOOL) gen skeleton $< name $*_bpf && \
		echo '/* NOLINTEND */'; } > $@

# The names of all types in the programs, those of the kernel and their own. libbpf ignores ___ and
# what follows it in a name.
$(B)/kernel_types.inc: $(B)/procsieve.bpf.o $(B)/snapshot.bpf.o
	$(call say,GEN)
	$(Q)set -e; for object in $^; do $(BPFTOOL) btf dump file $$object; done | \
		sed -nE "s/^\[[0-9]+\] (STRUCT|UNION|ENUM|ENUM64|TYPEDEF) '(\w+)'.*/\2/p" | \
		sed 's/___.*//; s/.*/"&",/' | sort -u > $@ && test -s $@

# The BTF names of what the programs attach to and of the kernel functions that they call.
$(B)/kernel_hooks.inc: $(B)/procsieve.bpf.o $(B)/snapshot.bpf.o
	$(call say,GEN)
	$(Q)set -e; { for object in $^; do readelf -SW $$object; $(BPFTOOL) btf dump file $$object; done; } | \
		sed -nE "s,.*[ ?]tp_btf/(\w+) .*,btf_trace_\1,p; s,.*[ ?](fentry|fexit)/(\w+) .*,\2,p; \
			s,.*[ ?]iter(\.s)?/(\w+) .*,bpf_iter_\2,p; s,.*FUNC '(\w+)' .*linkage=extern,\1,p" | \
		sed 's/.*/"&",/' | sort -u > $@ && test -s $@

# The schema as a string: each line becomes a string literal.
$(B)/schema.inc: include/procsieve/schema.json Makefile
	$(call say,GEN)
	$(Q)mkdir -p $(@D)
	$(Q)sed 's/[\\"]/\\&/g; s/^/"/; s/$$/\\n"/' $< > $@

install: all
	install -D -m 755 $(B)/procsieve $(DESTDIR)$(PREFIX)/bin/procsieve
	install -D -m 644 man/procsieve.1 $(DESTDIR)$(PREFIX)/share/man/man1/procsieve.1
	install -D -m 644 man/procsieve-events.5 $(DESTDIR)$(PREFIX)/share/man/man5/procsieve-events.5
	install -D -m 644 man/procsieve.3 $(DESTDIR)$(PREFIX)/share/man/man3/procsieve.3
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/include/procsieve include/procsieve/*.h
	install -D -m 644 $(B)/libprocsieve.a $(DESTDIR)$(PREFIX)/lib/libprocsieve.a
	install -D -m 644 $(B)/$(SONAME) $(DESTDIR)$(PREFIX)/lib/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(PREFIX)/lib/libprocsieve.so
	install -d $(DESTDIR)$(PREFIX)/lib/pkgconfig
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' src/lib/procsieve.pc.in \
		>$(DESTDIR)$(PREFIX)/lib/pkgconfig/procsieve.pc
	chmod 644 $(DESTDIR)$(PREFIX)/lib/pkgconfig/procsieve.pc
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/procsieve LICENSE
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/procsieve/LICENSES LICENSES/*
	install -D -m 644 include/procsieve/schema.json $(DESTDIR)$(PREFIX)/share/procsieve/schema.json
	install -D -m 644 completion/procsieve.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/procsieve
	install -D -m 644 completion/_procsieve $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_procsieve
	install -D -m 644 completion/procsieve.fish \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/procsieve.fish
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/lib/systemd/system systemd/procsieve.socket systemd/procsieve.service
	sed -i 's|/usr/bin/|$(PREFIX)/bin/|' $(DESTDIR)$(PREFIX)/lib/systemd/system/procsieve.service
	test -e $(DESTDIR)$(SYSCONFDIR)/procsieve/procsieve.conf || \
		install -D -m 644 systemd/procsieve.conf $(DESTDIR)$(SYSCONFDIR)/procsieve/procsieve.conf

# What `make install` puts below $(PREFIX), and the directories that belong to procsieve alone.
INSTALLED  := bin/procsieve share/man/man1/procsieve.1 share/man/man5/procsieve-events.5 \
	share/man/man3/procsieve.3 lib/libprocsieve.a lib/libprocsieve.so lib/$(SONAME) \
	lib/pkgconfig/procsieve.pc share/bash-completion/completions/procsieve \
	share/zsh/site-functions/_procsieve share/fish/vendor_completions.d/procsieve.fish \
	lib/systemd/system/procsieve.socket lib/systemd/system/procsieve.service
OWN_DIRS   := include/procsieve share/doc/procsieve share/procsieve

# A settings file that was changed stays. In a staging directory, the directories that are empty now
# go as well; those of a running system may have been there before.
uninstall:
	rm -f $(INSTALLED:%=$(DESTDIR)$(PREFIX)/%)
	rm -rf $(OWN_DIRS:%=$(DESTDIR)$(PREFIX)/%)
	@conf=$(DESTDIR)$(SYSCONFDIR)/procsieve/procsieve.conf; \
	if cmp -s systemd/procsieve.conf $$conf; then rm $$conf; fi; \
	rmdir $$(dirname $$conf) 2>/dev/null || ! test -e $$conf || echo "$$conf was changed, so it stays"
	$(if $(DESTDIR),@cd $(DESTDIR) && rmdir -p --ignore-fail-on-non-empty $(sort $(dir \
		$(INSTALLED:%=.$(PREFIX)/%)) .$(PREFIX)/include/ .$(PREFIX)/share/doc/ .$(SYSCONFDIR)/) 2>/dev/null || true)

clean:
	rm -rf $(B)

include examples/examples.mk
include tests/tests.mk
include tests/vm/vm.mk
include tools/bench/bench.mk
include tools/release.mk

-include $(USER_OBJ:.o=.d) $(LIB_OBJ:.o=.d) $(B)/procsieve.bpf.d $(B)/snapshot.bpf.d
