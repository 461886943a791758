# SPDX-License-Identifier: GPL-2.0-or-later
# `make release` writes to build/release: for amd64 and arm64 the stripped static binary and a
# Debian package, and the checksums. `make check-release` tests the package: with lintian, and by
# installing it into a Debian system in a directory.

RELEASE := $(B)/release

.PHONY: release check-release
.PHONY: release-one # internal

release:
	@$(DEPS) release
	$(Q)rm -rf $(RELEASE)
	@$(MAKE) --no-print-directory release-one DEBIAN=amd64
	@$(MAKE) --no-print-directory cross ARCH=arm64 GOALS=release-one DEBIAN=arm64 RELEASE=$(RELEASE)
	$(Q)cd $(RELEASE) && sha256sum procsieve* >SHA256SUMS
	@ls -l $(RELEASE)

# The files for one architecture. DEBIAN is Debian's name of it.
release-one: all
	$(call say,PACK)
	$(Q)rm -rf $(B)/stage && mkdir -p $(RELEASE)
	$(Q)$(MAKE) --no-print-directory -s install DESTDIR=$(B)/stage PREFIX=/usr SYSCONFDIR=/etc >/dev/null
	$(Q)STRIP=$(STRIP) tools/package $(B)/stage $(VERSION) $(DEBIAN) $(RELEASE)/procsieve_$(VERSION)_$(DEBIAN).deb
	$(Q)cp $(B)/procsieve $(RELEASE)/procsieve-$(VERSION)-$(DEBIAN)

check-release: release
	@tests/run-tests release
