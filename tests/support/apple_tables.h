/* tests/support/apple_tables.h - tables of Apple's of a test's own, and a system's bundle beside
 * them: who is in which list is what the test says. */
#ifndef WHYTLS_TESTS_SUPPORT_APPLE_TABLES_H
#define WHYTLS_TESTS_SUPPORT_APPLE_TABLES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "mint_chain.h"
#include "trust/roots.h"

struct apple_tables {
    char dir[40];        /* data_dir of roots_load */
    struct text rows[3]; /* roots, removed, limits */
    struct text bundle;  /* of the system */
};

static const char *const apple_table_names[3] = {"roots", "removed", "limits"};

static inline void apple_tables_init(struct apple_tables *t)
{
    *t = (struct apple_tables){.dir = "/tmp/apple-tables-XXXXXX"};
    assert_non_null(mkdtemp(t->dir));
}

/* `more` begins with a comma: ", \"until\": \"2022-12-01\"". */
static inline void apple_tables_add(
    struct apple_tables *t, int table, const struct mint *m, const char *more)
{
    text_printf(&t->rows[table], "%s{\"sha256\": \"%s\", \"name\": \"%s\"%s}",
        t->rows[table].len ? "," : "", m->cert->sha256_hex, m->cert->subject.text, more);
}

/* A root that sites may end in; other_use as its "tls", or NULL. */
static inline void apple_tables_add_root(
    struct apple_tables *t, const struct mint *m, const char *other_use)
{
    char more[400], until[TIME_TEXT_CAP];

    snprintf(more, sizeof more,
        ", \"key\": \"%s\", \"ski\": \"%s\", \"until\": \"%s\", \"tls\": \"%s\"",
        m->cert->spki_sha256_hex, m->cert->ski ? m->cert->ski : "",
        time_rfc3339(until, m->cert->not_after), other_use ? other_use : "yes");
    apple_tables_add(t, 0, m, more);
}

static inline void apple_tables_add_removed(struct apple_tables *t, const struct mint *m)
{
    apple_tables_add(
        t, 1, m, ", \"root\": true, \"last\": \"2023-06-24\", \"gone\": \"2023-08-14\"");
}

static inline void apple_tables_add_limit(
    struct apple_tables *t, const struct mint *m, const char *more)
{
    apple_tables_add(t, 2, m, more);
}

static inline void apple_tables_add_system(struct apple_tables *t, const struct mint *m)
{
    char pem[8192] = "";

    mint_pem(m, pem, sizeof pem);
    text_add(&t->bundle, pem);
}

static inline void apple_tables_write(
    const struct apple_tables *t, const char *name, const char *content)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", t->dir, name);
    assert_true(file_write(path, content, strlen(content), 0600, NULL));
}

/* The store over what was added; `which` as for roots_load. */
static inline struct roots *apple_tables_load(struct apple_tables *t, const char *which)
{
    char path[128];
    struct err e = {0};
    struct roots *r;

    snprintf(path, sizeof path, "%s/data", t->dir);
    assert_true(file_mkdirs(path, 0700, NULL));
    for (int i = 0; i < 3; i++) {
        struct text table = {0};

        text_printf(&table, "{\"table\": \"%s\", \"date\": \"2026-11-01\", \"%s\": [%s]}",
            apple_table_names[i], apple_table_names[i], text_str(&t->rows[i]));
        snprintf(path, sizeof path, "data/%s.json", apple_table_names[i]);
        if (t->rows[i].len)
            apple_tables_write(t, path, text_str(&table));
        text_fini(&table);
    }
    apple_tables_write(t, "system.pem", text_str(&t->bundle));
    snprintf(path, sizeof path, "%s/system.pem", t->dir);
    setenv("SSL_CERT_FILE", path, 1);
    r = roots_load(which, NULL, t->dir, &e);
    unsetenv("SSL_CERT_FILE");
    if (!r)
        fail_msg("%s", e.text);
    return r;
}

static inline void apple_tables_fini(struct apple_tables *t)
{
    static const char *const files[] = {"data/roots.json", "data/removed.json", "data/limits.json",
        "data/apple-roots.pem", "system.pem", "named.pem", "data", ""};
    char path[128];

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", t->dir, files[i]);
        if (unlink(path) != 0)
            rmdir(path);
    }
    for (int i = 0; i < 3; i++)
        text_fini(&t->rows[i]);
    text_fini(&t->bundle);
}

#endif
