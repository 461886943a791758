# SPDX-License-Identifier: GPL-2.0-or-later
# The examples: `make examples` builds each C program twice, as a user of the library would: with
# the static library and with the shared one.

EXAMPLES := $(patsubst examples/%.c,$(B)/examples/%,$(wildcard examples/*.c))

.PHONY: examples

examples: $(EXAMPLES) $(EXAMPLES:%=%-shared)

$(B)/examples/%: examples/%.c $(B)/libprocsieve.a Makefile examples/examples.mk
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARNINGS) $(CFLAGS) -Iinclude -MMD -MP -MF $@.d $< $(B)/libprocsieve.a -o $@

$(B)/examples/%-shared: examples/%.c $(B)/$(SONAME) Makefile examples/examples.mk
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARNINGS) $(CFLAGS) -Iinclude -MMD -MP -MF $@.d $< \
		-L$(B) -lprocsieve -Wl,-rpath,'$$ORIGIN/..' -o $@

-include $(EXAMPLES:=.d) $(EXAMPLES:=-shared.d)
