#include "refresh.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cert/chain.h"
#include "trust/apple_roots.h"
#include "trust/ct_logs.h"
#include "trust/pinned_hosts.h"
#include "trust/roots.h"
#include "trust/table.h"

enum { DAY_S = 86400 };

static bool fingerprint_check(
    const struct refresh_ask *ask, const uint8_t *bytes, size_t len, struct err *e)
{
    char hex[65];

    table_fingerprint(bytes, len, hex);
    return !ask->sha256 || text_equal_caseless(hex, ask->sha256) ||
           err_set(e, ERR_INPUT, "its SHA-256 is %s, not the one that was given", hex);
}

/* An older list would take knowledge away, and one of the future is a typing error that would hide
 * its age. */
static bool date_check(const struct refresh_ask *ask, int64_t date, int64_t in_use, struct err *e)
{
    char theirs[TIME_TEXT_CAP], ours[TIME_TEXT_CAP];

    if (date > ask->now_s + DAY_S)
        return err_set(
            e, ERR_INPUT, "its date is %s, which is still to come", time_day(theirs, date));
    if (date < in_use)
        return err_set(e, ERR_INPUT, "it is of %s; the list in use is newer, of %s",
            time_day(theirs, date), time_day(ours, in_use));
    return true;
}

/* Zero when what is in use cannot be read: anything is better. */
static int64_t date_in_use(enum table_id id, const char *data_dir)
{
    struct table_facts f = {0};
    struct ct_logs *logs = id == TABLE_CT_LOGS ? ct_logs_open(data_dir, NULL) : NULL;
    int64_t date = logs ? ct_logs_date(logs) : 0;

    if (id != TABLE_CT_LOGS && table_check(id, data_dir, &f, NULL))
        date = f.date;
    table_facts_fini(&f);
    ct_logs_unref(logs);
    return date;
}

static bool logs_check(const struct refresh_ask *ask, const uint8_t *bytes, size_t len,
    struct refresh_done *done, struct err *e)
{
    struct ct_logs *logs = ct_logs_parse(bytes, len, e);
    bool ok =
        logs && date_check(ask, ct_logs_date(logs), date_in_use(TABLE_CT_LOGS, ask->data_dir), e);

    if (ok) {
        done->rows = ct_logs_count(logs);
        done->date = ct_logs_date(logs);
    }
    ct_logs_unref(logs);
    return ok;
}

static bool rows_check(enum table_id id, const json_t *table, struct err *e)
{
    struct pinned_hosts *pinned;

    if (id != TABLE_PINNED_HOSTS)
        return apple_roots_check(id, table, e);
    pinned = pinned_hosts_parse(table, e);
    pinned_hosts_free(pinned);
    return pinned != NULL;
}

static bool table_fits(enum table_id id, const struct refresh_ask *ask, const uint8_t *bytes,
    size_t len, struct refresh_done *done, struct err *e)
{
    struct table_facts f = {0};
    json_t *table = table_parse(id, bytes, len, &f, e);
    bool ok = table && rows_check(id, table, e) &&
              date_check(ask, f.date, date_in_use(id, ask->data_dir), e);

    done->rows = f.rows;
    done->date = f.date;
    table_facts_fini(&f);
    json_decref(table);
    return ok;
}

/* Anybody's PEM file would do no harm, since the list decides; but it would do no good either. */
static bool bundle_check(const struct refresh_ask *ask, const uint8_t *bytes, size_t len,
    struct refresh_done *done, struct err *e)
{
    struct apple_roots *apple = apple_roots_open(ask->data_dir, e);
    struct cert_chain *chain = apple ? cert_chain_from_bytes(bytes, len, e) : NULL;

    for (size_t i = 0; chain && i < chain->n; i++)
        done->rows += apple_roots_find(apple, chain->at[i]->sha256_hex) != NULL;
    if (chain && done->rows == 0)
        err_set(e, ERR_INPUT, "none of its %zu certificates is in Apple's list", chain->n);
    cert_chain_free(chain);
    apple_roots_unref(apple);
    return done->rows > 0;
}

static bool content_check(const struct refresh_ask *ask, const uint8_t *bytes, size_t len,
    struct refresh_done *done, struct err *e)
{
    enum table_id id;

    if (strcmp(ask->what, "apple-roots") == 0)
        return bundle_check(ask, bytes, len, done, e);
    if (!table_find(ask->what, &id))
        return false; /* looked at before */
    return id == TABLE_CT_LOGS ? logs_check(ask, bytes, len, done, e)
                               : table_fits(id, ask, bytes, len, done, e);
}

static bool what_check(const char *what, struct err *e)
{
    const char *names[N_TABLES + 2] = {"apple-roots"}, *near;
    enum table_id id;
    char safe[64];

    for (int i = 0; i < N_TABLES; i++)
        names[i + 1] = table_name((enum table_id)i);
    if (strcmp(what, names[0]) == 0 || table_find(what, &id))
        return true;
    near = text_nearest(what, names);
    return err_set(e, ERR_USAGE,
        "--refresh %s: the lists are roots, removed, limits, pinned-hosts, ct-logs and "
        "apple-roots%s%s%s",
        text_safe(safe, sizeof safe, what), near ? "; did you mean " : "", near ? near : "",
        near ? "?" : "");
}

static bool put(const struct refresh_ask *ask, const uint8_t *bytes, size_t len,
    struct refresh_done *done, struct err *e)
{
    char *folder = table_folder(ask->data_dir), name[80];
    bool ok;

    snprintf(name, sizeof name, "%.60s.%s", ask->what,
        strcmp(ask->what, "apple-roots") == 0 ? "pem" : "json");
    done->path = file_join(folder, name);
    ok = file_mkdirs(folder, 0700, e) && file_write(done->path, bytes, len, 0644, e);
    mem_free(folder);
    return ok;
}

bool refresh(const struct refresh_ask *ask, struct refresh_done *done, struct err *e)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    bool ok;

    *done = (struct refresh_done){0};
    if (!what_check(ask->what, e))
        return false;
    if (!file_read(ask->file, TABLE_BYTES_MOST, &bytes, &len, e)) {
        e->kind = ERR_INPUT;
        return false;
    }
    ok = fingerprint_check(ask, bytes, len, e) && content_check(ask, bytes, len, done, e);
    if (!ok)
        err_wrap(e, "%s", strcmp(ask->file, "-") == 0 ? "standard input" : ask->file);
    ok = ok && put(ask, bytes, len, done, e);
    mem_free(bytes);
    return ok;
}

void refresh_done_fini(struct refresh_done *done)
{
    mem_free(done->path);
    *done = (struct refresh_done){0};
}
