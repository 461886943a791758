# SPDX-License-Identifier: GPL-2.0-or-later
# The tests: unit (unprivileged, also under the sanitizers), system (on the running kernel, as
# root), documents, service, examples (the installed library), fuzzing, lint.

UNIT_SRC   := $(wildcard tests/unit/test_*.c)
SYSTEM_SRC := $(wildcard tests/system/*/test_*.c)
SYSTEM_LIB := $(foreach room,harness oracle workload,$(wildcard tests/system/$(room)/*.c))

UNIT       := $(UNIT_SRC:tests/%.c=$(B)/tests/%)
UNIT_ASAN  := $(UNIT_SRC:tests/unit/%.c=$(B)/asan/%)
SYSTEM     := $(SYSTEM_SRC:tests/%.c=$(B)/tests/%)

# Everything except main(), and except the replacement for a part of libbpf: the tests use the
# original as an oracle.
TESTED_OBJ := $(filter-out $(B)/user/cli/main.o $(B)/user/engine/libbpf_wrap.o,$(USER_OBJ)) $(LIB_OBJ)
ASAN_OBJ   := $(TESTED_OBJ:$(B)/%=$(B)/asan/%)
ASAN_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer

TEST_FLAGS := -Itests/unit -Itests/system
TEST_LIBS  := -lcmocka -ljansson $(LDLIBS)
# These tests use the program from outside.
SYSTEM_LIBS := -lcmocka -ljansson -lpthread

.PHONY: check-unit system-tests check-system check-documents check-service check-examples check-distros lint
.PHONY: check-deps # internal

check: check-deps
	@$(MAKE) --no-print-directory all marked examples $(UNIT) $(UNIT_ASAN) $(SYSTEM) $(FUZZ_POSSIBLE)
	@tests/run-tests manual markdown completion schema service examples fuzz-short $(UNIT) $(UNIT_ASAN) $(SYSTEM)

check-deps:
	@$(DEPS) check

check-unit: $(UNIT) $(UNIT_ASAN)
	@tests/run-tests $^

system-tests: $(SYSTEM) marked

check-system: all marked $(SYSTEM)
	@tests/run-tests $(SYSTEM)

check-documents: all
	@tests/run-tests manual markdown completion schema

check-service: all
	@tests/run-tests service

# One run each: every Debian has its own compiler, libbpf and libelf.
DISTROS ?= bookworm trixie sid

check-distros:
	@$(DEPS) distros || true
	@$(MAKE) --no-print-directory system-tests
	@status=0; for suite in $(DISTROS); do DISTRO=$$suite tests/run-tests distro || status=1; done; exit $$status

check-examples: all
	@tests/run-tests examples

$(B)/tests/unit/%: tests/unit/%.c $(TESTED_OBJ)
	$(call say,TEST)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(TEST_FLAGS) $(ALL_CFLAGS) -MMD -MP -MF $@.d $< $(TESTED_OBJ) $(TEST_LIBS) -o $@

$(B)/asan/%: tests/unit/%.c $(ASAN_OBJ)
	$(call say,TEST)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(TEST_FLAGS) $(ALL_CFLAGS) $(ASAN_FLAGS) -MMD -MP -MF $@.d $< $(ASAN_OBJ) $(TEST_LIBS) -o $@

$(B)/asan/lib/%.o: src/lib/%.c Makefile
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(ASAN_FLAGS) -MMD -MP -c $< -o $@

$(B)/asan/user/%.o: src/user/%.c Makefile | $(GENERATED)
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(ASAN_FLAGS) -MMD -MP -c $< -o $@

$(B)/tests/system/%: tests/system/%.c $(SYSTEM_LIB:tests/%.c=$(B)/tests/%.o) $(B)/libprocsieve.a
	$(call say,TEST)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(TEST_FLAGS) $(ALL_CFLAGS) -MMD -MP -MF $@.d $(filter-out %.h,$^) $(SYSTEM_LIBS) -o $@

$(B)/tests/system/%.o: tests/system/%.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(TEST_FLAGS) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

include tests/fuzz/fuzz.mk
include tests/hunt/hunt.mk

lint: $(GENERATED)
	@tools/lint

-include $(ASAN_OBJ:.o=.d) $(UNIT:=.d) $(UNIT_ASAN:=.d) $(SYSTEM:=.d) $(SYSTEM_LIB:tests/%.c=$(B)/tests/%.d)
