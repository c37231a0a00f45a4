/* app/checkup_tables.c - the part of a checkup that looks at lists: where they come from, how old
 * they are, who has which root. */
#include "checkup.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/time_text.h"
#include "trust/apple_roots.h"
#include "trust/ct_logs.h"
#include "trust/pinned_hosts.h"
#include "trust/roots.h"
#include "trust/table.h"

enum { DAY_S = 86400 };

static const struct {
    const char *title, *unit, *why; /* what an old one does to the answers */
} tables[N_TABLES] = {
    [TABLE_ROOTS] = {"Apple's roots", "roots", "A newer iPhone may trust others."},
    [TABLE_REMOVED] = {"Removed roots", "CAs",
        "What Apple removed since then is not known as such."},
    [TABLE_LIMITS] = {"Limited CAs", "CAs",
        "What Apple limited since then is not known here; phones get it over the air."},
    [TABLE_PINNED_HOSTS] = {"Apple's hosts", "patterns",
        "What iOS pins since then is opened, and refuses."},
    [TABLE_CT_LOGS] = {"CT logs", "logs",
        "Of a log that it does not know, whytls cannot tell whether it counts."},
};

static void table_look(
    struct checkup *c, enum table_id id, const struct table_facts *f, int64_t now_s)
{
    char day[TIME_TEXT_CAP], mend[200];
    int64_t days = (now_s - f->date) / DAY_S;
    bool old = days > (int64_t)f->fresh_days;
    struct checkup_finding *made;

    snprintf(mend, sizeof mend, "%s Refresh: whytls doctor --refresh %s FILE", tables[id].why,
        table_name(id));
    made = checkup_find(c, FINDING_OF_LISTS, old ? FINDING_WARNING : FINDING_FINE, tables[id].title,
        old ? mend : NULL, "%zu %s of %s, %" PRId64 " day%s old, %u at most; %s%s", f->rows,
        tables[id].unit, time_day(day, f->date), days, days == 1 ? "" : "s", f->fresh_days,
        f->path       ? "from "
        : *f->release ? "release "
                      : "compiled in",
        f->path ? f->path : f->release);
    if (!made)
        return;
    made->has_table = true;
    made->table = *f;
    made->table.path = mem_text(f->path);
    made->days = days;
}

/* A list as Apple or Google publish it has no head of ours. */
static bool published_logs(const char *data_dir, struct table_facts *f, struct err *e)
{
    struct ct_logs *logs = ct_logs_open(data_dir, e);

    if (!logs)
        return false;
    table_facts_fini(f);
    *f = (struct table_facts){.name = table_name(TABLE_CT_LOGS),
        .date = ct_logs_date(logs),
        .rows = ct_logs_count(logs),
        .fresh_days = CT_LOGS_FRESH_DAYS};
    f->path = table_path(TABLE_CT_LOGS, data_dir);
    ct_logs_unref(logs);
    return true;
}

/* The head is sound; are the rows, as those read them who use them? */
static bool rows_are_read(enum table_id id, const char *data_dir, struct err *e)
{
    struct pinned_hosts *pinned;
    struct apple_roots *roots;
    struct ct_logs *logs;

    switch (id) {
    case TABLE_ROOTS:
    case TABLE_REMOVED:
    case TABLE_LIMITS:
        roots = apple_roots_open(data_dir, e);
        apple_roots_unref(roots);
        return roots != NULL;
    case TABLE_PINNED_HOSTS:
        pinned = pinned_hosts_open(data_dir, e);
        pinned_hosts_free(pinned);
        return pinned != NULL;
    case TABLE_CT_LOGS:
        logs = ct_logs_open(data_dir, e);
        ct_logs_unref(logs);
        return logs != NULL;
    case N_TABLES:
        break;
    }
    return false;
}

static bool table_is_sound(
    enum table_id id, const char *data_dir, struct table_facts *f, struct err *e)
{
    if (table_check(id, data_dir, f, e))
        return rows_are_read(id, data_dir, e);
    return id == TABLE_CT_LOGS && published_logs(data_dir, f, e);
}

static void roots_look(struct checkup *c, const char *data_dir)
{
    struct err e = {0};
    struct roots *r = roots_load("apple", NULL, data_dir, &e);
    size_t system = 0, both = 0, all = 0, sites = 0, at_hand = 0;

    if (!r) {
        checkup_find(c, FINDING_OF_LISTS, FINDING_FAULT, "System's roots",
            "Install the package ca-certificates, or set SSL_CERT_FILE.", "%s", e.text);
        return;
    }
    for (size_t i = 0; i < roots_count(r); i++) {
        const struct cert *root = roots_at(r, i);
        bool apples = apple_roots_vouch(roots_apple(r), root);

        system += roots_trust_web(r, root);
        both += apples && roots_trust_web(r, root);
        at_hand += apples;
    }
    apple_roots_count(roots_apple(r), &all, &sites);
    checkup_find(c, FINDING_OF_LISTS, FINDING_FINE, "System's roots", NULL,
        "%zu in %s: Apple has %zu of them, and lacks %zu", system, roots_path(r), both,
        system - both);
    checkup_find(c, FINDING_OF_LISTS, FINDING_FINE, "Whose roots", NULL,
        "%zu of Apple's %zu are for sites; the certificates of %zu are at hand, %zu more are "
        "trusted when a site sends them",
        sites, all, at_hand, sites > at_hand ? sites - at_hand : 0);
    roots_unref(r);
}

int64_t checkup_tables(struct checkup *c, const struct checkup_ask *ask)
{
    int64_t newest = 0;

    for (int i = 0; i < N_TABLES; i++) {
        struct table_facts f = {0};
        struct err e = {0};

        if (table_is_sound((enum table_id)i, ask->data_dir, &f, &e)) {
            newest = f.date > newest ? f.date : newest;
            table_look(c, (enum table_id)i, &f, ask->now_s);
        } else {
            checkup_find(c, FINDING_OF_LISTS, FINDING_FAULT, tables[i].title,
                "Mend the file, or remove it: a table is compiled in.", "%s", e.text);
        }
        table_facts_fini(&f);
    }
    roots_look(c, ask->data_dir);
    return newest;
}
