# mailproc: make demo | make test | make | make install
# B is the folder of the build; SANITIZE=address,undefined gets one of its own.
SANITIZE ?=
B ?= build$(if $(SANITIZE),-sanitize)
CC ?= gcc
PREFIX ?= /usr/local
DESTDIR ?=
MAKEFLAGS += --no-builtin-rules
ifneq ($(FIXTURES),)
export FIXTURES
endif
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

BUILD_PACKAGES = gcc make pkg-config libetpan-dev libssl-dev libpcre2-dev libsqlite3-dev libutf8proc-dev libxml2-dev \
	libseccomp-dev libpsl-dev libidn2-dev libconfig-dev libcsv-dev libjansson-dev tzdata publicsuffix ca-certificates
DEMO_PACKAGES = dovecot-imapd dovecot-lmtpd openssl
TEST_PACKAGES = $(DEMO_PACKAGES) dovecot-submissiond libcmocka-dev clang libclang-rt-14-dev perl python3 mandoc sqlite3 libsasl2-modules

LIBRARIES = libpcre2-8 sqlite3 libutf8proc libxml-2.0 libseccomp libpsl libidn2 libconfig jansson openssl
# libetpan's and libcsv's pkg-config files are not used: the first turns position-independent executables off, the second does not exist.
LDLIBS = -letpan -lcsv $(shell pkg-config --libs $(LIBRARIES))

# Text that is cut by snprintf is meant to be cut (causes, log lines).
WARN = -Wall -Wextra -Wno-format-truncation -Wno-unknown-warning-option -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wformat=2 -Wvla \
	-Wimplicit-fallthrough -Wswitch-enum -Wpointer-arith -Wcast-qual -Wundef -Werror
HARDEN = -fstack-protector-strong -fPIE $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2)
CPPFLAGS_ALL = -D_GNU_SOURCE -I$(B) -isystem /usr/include/libxml2 $(CPPFLAGS)
CFLAGS_ALL = -std=c11 -O2 -g $(WARN) $(HARDEN) $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all) $(CFLAGS)
LDFLAGS_ALL = -pie -Wl,-z,relro,-z,now $(if $(SANITIZE),-fsanitize=$(SANITIZE)) $(LDFLAGS)

SOURCES = $(sort $(wildcard mailproc/*.c mailproc/*/*.c store/*.c rules/*.c templates/*.c))
# Objects have a folder of their own: $(B)/mailproc is the program.
O = $(B)/objects
OBJECTS = $(SOURCES:%.c=$(O)/%.o) $(O)/schema.o
LIBRARY_OBJECTS = $(filter-out $(O)/mailproc/main.o,$(OBJECTS))
UNIT_TESTS = $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/test_*.c))

all: $(B)/mailproc

$(B)/mailproc: $(O)/mailproc/main.o $(B)/libmailproc.a
	$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(LDLIBS)

$(B)/libmailproc.a: $(LIBRARY_OBJECTS)
	rm -f $@ && ar rcs $@ $^

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(O)/schema.o: $(B)/schema.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -c -o $@ $<

# Every schema step as a string, in order: struct { const char *name; const char *sql; } store_schema[], closed by NULL.
$(B)/schema.c: $(sort $(wildcard store/[0-9]*.sql))
	@mkdir -p $(@D)
	{ echo '#include <stddef.h>'; echo '#include "../store/schema.h"'; echo 'const struct schema_step store_schema[] = {'; \
	  for f in $^; do printf '{ "%s",\n' "$$(basename $$f .sql)"; \
	    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' $$f; echo '},'; done; \
	  echo '{ NULL, NULL } };'; } > $@

$(B)/tests/unit/%: tests/unit/%.c $(B)/libmailproc.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) -I. $(CFLAGS_ALL) $(LDFLAGS_ALL) -MMD -MP -MF $@.d -o $@ $< $(B)/libmailproc.a $(LDLIBS) -lcmocka

# ---- packages ----

deps:
	@sh tests/packages.sh $(BUILD_PACKAGES)
deps-demo:
	@sh tests/packages.sh $(BUILD_PACKAGES) $(DEMO_PACKAGES)
deps-test:
	@sh tests/packages.sh $(BUILD_PACKAGES) $(TEST_PACKAGES)

# ---- demo and tests ----

demo: deps-demo
	@$(MAKE) --no-print-directory -s all
	@$(B)/mailproc demo

# With SANITIZE=… the tests run in that build alone; without, in the plain build and under the address and undefined-behaviour sanitizers.
test: deps-test
	@$(MAKE) --no-print-directory lint
ifeq ($(SANITIZE),)
	@$(MAKE) --no-print-directory -s test-build
	@$(MAKE) --no-print-directory -s test-build SANITIZE=address,undefined
	@tests/run build build-sanitize
else
	@$(MAKE) --no-print-directory -s test-build
	@tests/run $(B)
endif

test-build: $(B)/mailproc $(UNIT_TESTS)

check-unit: $(UNIT_TESTS)
	@for t in $^; do echo "== $$t"; $$t || exit 1; done

# The figures about reading replies: FIXTURES=DIR names a folder of public test mails, without it the measures on them are skipped.
check-replies: $(B)/mailproc
	@MAILPROC=$(B)/mailproc tests/replies/check

# The README's picture of the workflow (Graphviz); a test compares the text it is drawn from with the program's.
picture: $(B)/mailproc
	$(B)/mailproc workflow --dot >mailproc/workflow.dot
	dot -Tsvg mailproc/workflow.dot >mailproc/workflow.svg

# What can be found without running anything: the second compiler, the manuals, the borders between the folders.
lint:
	@echo "lint: clang, manuals, borders"
	@$(MAKE) --no-print-directory -s CC=clang B=build-clang build-clang/libmailproc.a build-clang/objects/mailproc/main.o
	@mandoc -Tlint -W warning $(wildcard mailproc/*.[1-8] rules/*.[1-8] templates/*.[1-8])
	@sh tests/borders.sh

# ---- installing ----

DATA = $(DESTDIR)$(PREFIX)/share/mailproc
UNITS = $(DESTDIR)$(PREFIX)/lib/systemd/system
install: $(B)/mailproc
	install -d $(DESTDIR)$(PREFIX)/bin $(DATA)/templates/ja $(DATA)/templates/en $(DATA)/rules $(DATA)/mailproc/demo/replies
	install -d $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 755 $(B)/mailproc $(DESTDIR)$(PREFIX)/bin/mailproc
	install -m 644 templates/ja/* $(DATA)/templates/ja
	install -m 644 templates/en/* $(DATA)/templates/en
	install -m 644 rules/*.rules rules/*.list $(DATA)/rules
	install -m 644 $(filter-out mailproc/demo/replies,$(wildcard mailproc/demo/*)) $(DATA)/mailproc/demo
	install -m 644 mailproc/demo/replies/* $(DATA)/mailproc/demo/replies
	install -m 644 mailproc/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 $(wildcard mailproc/*.5 rules/*.5 templates/*.5) $(DESTDIR)$(PREFIX)/share/man/man5
	install -d $(UNITS)
	for u in mailproc/systemd/*; do \
	    sed 's|@BIN@|$(PREFIX)/bin|' $$u >$(UNITS)/$${u##*/} && chmod 644 $(UNITS)/$${u##*/} || exit 1; \
	done

uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/bin/mailproc $(DATA) $(DESTDIR)$(PREFIX)/share/man/man1/mailproc.1 \
	    $(addprefix $(DESTDIR)$(PREFIX)/share/man/man5/,mailproc.conf.5 mailproc-rules.5 mailproc-templates.5) \
	    $(addprefix $(UNITS)/,mailproc.service mailproc.timer mailproc-watch.service)

clean:
	rm -rf build build-*

-include $(OBJECTS:.o=.d) $(UNIT_TESTS:=.d)
.PHONY: all deps deps-demo deps-test demo test test-build check-unit check-replies picture lint install uninstall clean
