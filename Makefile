CARGO ?= cargo

.PHONY: check test fmt fmt-check clippy doc audit-http bench bench-read bench-write run

# All of CI that needs no network.
check: fmt-check clippy doc test

test:
	scripts/test-databases $(CARGO) test --workspace

fmt:
	$(CARGO) fmt --all

fmt-check:
	$(CARGO) fmt --all --check

clippy:
	$(CARGO) clippy --workspace --all-targets -- -D warnings

doc: export RUSTDOCFLAGS = -D warnings
doc:
	$(CARGO) doc --workspace --no-deps

# The GraphQL over HTTP audits against a running demo; the first run installs them.
audit-http:
	tests/http-audit/run

bench:
	scripts/test-databases $(CARGO) bench --bench http

bench-read:
	scripts/test-databases $(CARGO) bench --bench read

bench-write:
	scripts/test-databases $(CARGO) bench --bench write

run:
	$(CARGO) run
