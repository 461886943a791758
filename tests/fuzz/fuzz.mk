# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzzing with clang's libFuzzer. `make fuzz` runs each target for FUZZ_SECONDS, with a corpus that
# is kept; `make check` runs it for a moment, always the same (tests/scripts/fuzz-short). `make fuzz
# SANITIZE=thread` (or address, undefined, or two with a comma) instead builds the whole server with
# that sanitizer and sends it requests over its socket; FUZZ_SEED= repeats a run.

FUZZ_SECONDS ?= 600
SANITIZE     ?=
FUZZ_SRC   := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ       := $(FUZZ_SRC:tests/fuzz/%.c=$(B)/fuzz/%)

# The objects under test, and what they need.
FUZZED     := base/fmt base/names base/nearest base/quote base/reason base/regular_file base/display \
	base/users base/utf8 base/with_words format/format format/json format/json_line \
	format/json_process format/json_sections format/json_string format/layout format/text \
	format/text_clock format/text_columns format/text_fields format/text_line format/text_process \
	format/text_ps_columns format/text_row format/text_what parse/config_file
FUZZ_OBJ   := $(FUZZED:%=$(B)/fuzz/user/%.o) $(LIB_SRC:src/lib/%.c=$(B)/fuzz/lib/%.o)
FUZZ_FLAGS := $(CPPFLAGS) $(ALL_CFLAGS) -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer

# The targets, if this clang has the libraries that they are linked with; otherwise none. Expanded
# in recipes only, because the check takes a moment.
FUZZ_POSSIBLE = $(shell echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' | \
	$(CLANG) -fsanitize=fuzzer,address,undefined -x c - -o /dev/null 2>/dev/null && echo $(FUZZ))

.PHONY: fuzz
.PHONY: fuzz-parsers fuzz-server # internal

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
# The server with one sanitizer; not static, since static sanitizers do not exist.
FED        := $(B)/fuzz/$(subst $(comma),-,$(SANITIZE))
FED_OBJ    := $(USER_OBJ:$(B)/%=$(FED)/%) $(LIB_OBJ:$(B)/%=$(FED)/%)
FED_FLAGS  = $(CPPFLAGS) $(ALL_CFLAGS) -fsanitize=$(SANITIZE) -fno-sanitize-recover=undefined -fno-omit-frame-pointer
# On any finding the server exits with 99.
FED_ENV    := $(foreach name,A T UB,$(name)SAN_OPTIONS=exitcode=99:halt_on_error=1:print_stacktrace=1)

# Without address randomization: the kernel may choose addresses that clang's thread sanitizer does
# not support.
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
