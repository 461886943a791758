# SPDX-License-Identifier: GPL-2.0-or-later
# The system tests under other kernels; see tests/vm/README.md.

# Which of them, by name; all where none is named.
GUESTS     :=

.PHONY: check-vm

# Without the emulators, say, the kernels that need them are skipped.
check-vm:
	@$(DEPS) vm || true
	@$(MAKE) --no-print-directory all system-tests
	@+tests/vm/run "$(GUESTS)"
