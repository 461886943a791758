# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzzing, by clang's libFuzzer: `make fuzz` for FUZZ_SECONDS a target, with a corpus that is kept; `make check` for a
# moment, always the same (tests/scripts/fuzz-short). `make fuzz SANITIZE=thread` (address, undefined, or two with a comma): the
# whole server, built with that sanitizer, is fed with requests over its socket instead; FUZZ_SEED= repeats a run.

FUZZ_SECONDS ?= 600
SANITIZE     ?=
FUZZ_SRC   := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ       := $(FUZZ_SRC:tests/fuzz/%.c=$(B)/fuzz/%)

# What the targets are about, and what that needs.
FUZZED     := base/fmt base/names base/quote base/reason base/regular_file base/terminal \
	base/users base/utf8 base/with_words format/format format/json format/json_line \
	format/json_process format/json_sections format/json_string format/text format/text_line \
	format/text_process format/text_sections parse/config_file
FUZZ_OBJ   := $(FUZZED:%=$(B)/fuzz/user/%.o) $(LIB_SRC:src/lib/%.c=$(B)/fuzz/lib/%.o)
FUZZ_FLAGS := $(CPPFLAGS) $(ALL_CFLAGS) -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer

# The targets, where this clang has what they are linked with; else none. Asked in recipes alone, for it takes a moment.
FUZZ_POSSIBLE = $(shell echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' | \
	$(CLANG) -fsanitize=fuzzer,address,undefined -x c - -o /dev/null 2>/dev/null && echo $(FUZZ))

.PHONY: fuzz fuzz-parsers fuzz-server

fuzz: $(if $(SANITIZE),fuzz-server,fuzz-parsers)

fuzz-parsers: check-deps
	@$(MAKE) --no-print-directory $(FUZZ)
	@set -e; for target in $(FUZZ); do \
		corpus=$(B)/fuzz/corpus/$${target##*/}; \
		mkdir -p $$corpus; \
		echo "  FUZZ    $$target"; \
		$$target -max_total_time=$(FUZZ_SECONDS) -max_len=16384 -len_control=0 -timeout=10 \
			-print_final_stats=1 -artifact_prefix=$$target- $$corpus; \
	done

$(B)/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_OBJ)
	$(call say,FUZZ)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer $(LDFLAGS) -MMD -MP -MF $@.d $< $(FUZZ_OBJ) -ljansson -o $@

$(B)/fuzz/lib/%.o: src/lib/%.c Makefile
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c $< -o $@

$(B)/fuzz/user/%.o: src/user/%.c Makefile
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c $< -o $@

ifneq ($(SANITIZE),)
FUZZ_SEED  := $(shell date +%s)
# The server with one sanitizer; not static, for which there are none.
FED        := $(B)/fuzz/$(subst $(comma),-,$(SANITIZE))
FED_OBJ    := $(USER_OBJ:$(B)/%=$(FED)/%) $(LIB_OBJ:$(B)/%=$(FED)/%)
FED_FLAGS  = $(CPPFLAGS) $(ALL_CFLAGS) -fsanitize=$(SANITIZE) -fno-sanitize-recover=undefined -fno-omit-frame-pointer
# Any finding ends the server with 99.
FED_ENV    := $(foreach name,A T UB,$(name)SAN_OPTIONS=exitcode=99:halt_on_error=1:print_stacktrace=1)

# Without random addresses, which clang's sanitizer of threads does not expect as far apart as the kernel may choose them.
fuzz-server: check-deps
	$(if $(filter-out address undefined thread,$(subst $(comma), ,$(SANITIZE))),$(error \
		fuzz: SANITIZE=$(SANITIZE): allowed are address, undefined, thread, and address$(comma)undefined))
	@$(MAKE) --no-print-directory $(FED)/procsieve $(B)/fuzz/feed_server
	@echo "  FUZZ    $(FED)/procsieve serve, FUZZ_SEED=$(FUZZ_SEED)"
	@env $(FED_ENV) setarch -R $(B)/fuzz/feed_server $(FUZZ_SECONDS) $(FUZZ_SEED) $(FED)/procsieve

$(B)/fuzz/feed_server: tests/fuzz/feed_server.c tests/fuzz/fuzz_request.c $(LIB_OBJ)
	$(call say,FUZZ)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -MF $@.d $(filter-out %.h,$^) -o $@

$(FED)/procsieve: $(FED_OBJ)
	$(call say,LINK)
	$(Q)$(CLANG) $(FED_FLAGS) $(LDFLAGS) $(WRAPS) $^ $(LDLIBS) -o $@

$(FED)/lib/%.o: src/lib/%.c Makefile
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(FED_FLAGS) -MMD -MP -c $< -o $@

$(FED)/user/%.o: src/user/%.c Makefile | $(GENERATED)
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(FED_FLAGS) -MMD -MP -c $< -o $@

-include $(FED_OBJ:.o=.d) $(B)/fuzz/feed_server.d
endif

-include $(FUZZ_OBJ:.o=.d) $(FUZZ:=.d)
