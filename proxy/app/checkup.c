#include "checkup.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cert/ca.h"
#include "cert/leaf_key.h"
#include "net/listen.h"
#include "net/loop.h"
#include "paths.h"
#include "self_audit.h"
#include "term.h"
#include "trust/openssl_facts.h"

enum { FREE_MB_LEAST = 200, LABEL = 15, NARROW_AT = 4 };

const char *finding_state_name(enum finding_state s)
{
    static const char *const names[] = {
        [FINDING_FINE] = "fine", [FINDING_WARNING] = "warning", [FINDING_FAULT] = "fault"};

    return names[s];
}

const char *finding_of_name(enum finding_of o)
{
    static const char *const names[] = {[FINDING_OF_COMPUTER] = "computer",
        [FINDING_OF_ROOT] = "root",
        [FINDING_OF_LISTS] = "lists"};

    return names[o];
}

struct checkup_finding *checkup_find(struct checkup *c, enum finding_of of,
    enum finding_state state, const char *about, const char *mend, const char *format, ...)
{
    char line[1024];
    va_list ap;

    if (c->n == CHECKUP_MOST)
        return NULL;
    va_start(ap, format);
    vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    c->at[c->n] = (struct checkup_finding){
        .state = state, .of = of, .about = about, .text = mem_text(line), .mend = mem_text(mend)};
    return &c->at[c->n++];
}

/* Whether the network keeps it is the kernel's word; nobody is asked here. */
static void clock_look(struct checkup *c, int64_t now_s, int64_t newest)
{
    struct timex state = {0};
    char minute[TIME_TEXT_CAP], day[TIME_TEXT_CAP];
    bool kept = ntp_adjtime(&state) >= 0 && !(state.status & STA_UNSYNC);

    if (now_s < newest)
        checkup_find(c, FINDING_OF_COMPUTER, FINDING_FAULT, "Clock",
            "Set this computer's clock, for example with: timedatectl set-ntp true",
            "%s, which is before the newest list (%s): every certificate would be judged by a "
            "wrong date",
            time_minute(minute, now_s), time_day(day, newest));
    else
        checkup_find(c, FINDING_OF_COMPUTER, FINDING_FINE, "Clock", NULL, "%s, %s",
            time_minute(minute, now_s),
            kept ? "kept by the network"
                 : "later than every list; nothing says that the network keeps it");
}

static void openssl_look(struct checkup *c)
{
    struct openssl_facts f;

    openssl_facts_read(&f);
    if (!f.p256 || !f.sha1)
        checkup_find(c, FINDING_OF_COMPUTER, FINDING_FAULT, "OpenSSL",
            "Check its configuration (openssl.cnf) and its providers.",
            "%s in %s lacks what every chain needs", f.version, f.directory);
    else
        checkup_find(c, FINDING_OF_COMPUTER, FINDING_FINE, "OpenSSL", NULL, "%s%s%s", f.version,
            f.ed25519 ? "" : "; no Ed25519",
            f.legacy ? "; old PKCS#12 files open"
                     : "; without its legacy provider old PKCS#12 files stay shut");
}

static void accepted_by_nobody(void *arg, int fd, const struct sockaddr *peer, unsigned len)
{
    (void)arg;
    (void)peer;
    (void)len;
    close(fd);
}

static void port_look(struct checkup *c, uint16_t port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct err e = {0};
    struct loop *loop = port ? loop_new(clock_system(), &e) : NULL;
    struct listener *listener = loop ? listen_start(loop, (const struct sockaddr *)&at, sizeof at,
                                           false, accepted_by_nobody, NULL, &e)
                                     : NULL;

    if (listener)
        checkup_find(c, FINDING_OF_COMPUTER, FINDING_FINE, "Port", NULL, "%u is free for the proxy",
            (unsigned)port);
    else if (port)
        checkup_find(c, FINDING_OF_COMPUTER, FINDING_WARNING, "Port",
            "If that is no running whytls: whytls run --listen ADDRESS:PORT takes another.", "%s",
            e.text);
    listen_stop(listener);
    loop_free(loop);
}

static void folder_look(struct checkup *c, const char *about, const char *dir, bool is_data)
{
    struct stat st;
    struct statvfs fs;
    char mend[600];

    if (!dir || stat(dir, &st) != 0) {
        checkup_find(c, FINDING_OF_COMPUTER, FINDING_FINE, about, NULL, "%s%s",
            dir ? dir : "there is no home folder", dir ? ", not there yet" : "");
        return;
    }
    uint64_t free_mb =
        statvfs(dir, &fs) == 0 ? (uint64_t)fs.f_bavail * fs.f_frsize / 1000000 : UINT64_MAX;

    snprintf(mend, sizeof mend, "chmod go-w %s", dir);
    if (!S_ISDIR(st.st_mode))
        checkup_find(
            c, FINDING_OF_COMPUTER, FINDING_FAULT, about, "Move it away.", "%s is no folder", dir);
    else if (is_data && access(dir, W_OK | X_OK) != 0)
        checkup_find(c, FINDING_OF_COMPUTER, FINDING_FAULT, about,
            "Give it to the user who runs whytls, or name another with --data.",
            "%s cannot be written", dir);
    else if (st.st_mode & 022)
        checkup_find(c, FINDING_OF_COMPUTER, FINDING_FAULT, about, mend,
            "%s can be written by others (%04o)%s", dir, (unsigned)st.st_mode & 07777u,
            is_data ? "" : ", and what is in it runs");
    else if (is_data && free_mb < FREE_MB_LEAST)
        checkup_find(c, FINDING_OF_COMPUTER, FINDING_WARNING, about,
            "Make room, or name another folder with --data.", "%s has %" PRIu64 " MB left", dir,
            free_mb);
    else if (is_data && free_mb != UINT64_MAX)
        checkup_find(c, FINDING_OF_COMPUTER, FINDING_FINE, about, NULL,
            "%s, %04o, %" PRIu64 ".%" PRIu64 " GB free", dir, (unsigned)st.st_mode & 07777u,
            free_mb / 1000, free_mb % 1000 / 100);
    else
        checkup_find(c, FINDING_OF_COMPUTER, FINDING_FINE, about, NULL, "%s, %04o", dir,
            (unsigned)st.st_mode & 07777u);
}

static void rules_look(struct checkup *c)
{
    char *shipped = paths_shipped_rules(), *own = paths_user_rules();

    if (shipped)
        checkup_find(c, FINDING_OF_COMPUTER, FINDING_FINE, "Rules", NULL, "%s%s%s", shipped,
            own ? ", and yours in " : "", own ? own : "");
    else
        checkup_find(c, FINDING_OF_COMPUTER, FINDING_FAULT, "Rules",
            "Set WHYTLS_LUA to the folder that holds rules/.", "the shipped rules are not found");
    mem_free(shipped);
    mem_free(own);
}

/* Leaves of ours, judged as a phone would that trusts our root. */
static void test_certificate_look(struct checkup *c, const struct ca *ca, int64_t now_s)
{
    struct err e = {0};
    struct leaf_keys *keys = leaf_keys_new(&e);
    struct self_audit audit = {.failed = "our keys"};
    struct text why = {0};

    if (keys)
        self_audit_run(&audit, ca, keys, now_s, &why);
    else
        text_add(&why, e.text);
    if (audit.failed)
        checkup_find(c, FINDING_OF_ROOT, FINDING_FAULT, "Test leaf",
            "whytls ca renew, then install the new root on the phones.", "%s: %s", audit.failed,
            text_str(&why));
    else
        checkup_find(c, FINDING_OF_ROOT, FINDING_FINE, "Test leaf", NULL,
            "%zu kinds minted, judged, and accepted by every rule for a root that a user installed",
            audit.n_kinds);
    text_fini(&why);
    leaf_keys_free(keys);
}

static void root_tell(struct checkup *c, const struct ca *ca, int64_t now_s)
{
    char day[TIME_TEXT_CAP], left[TIME_TEXT_CAP];
    int64_t rest = ca_until(ca) - now_s;

    if (rest < ROOT_ENDS_SOON_S)
        checkup_find(c, FINDING_OF_ROOT, rest <= 0 ? FINDING_FAULT : FINDING_WARNING, "Our root",
            "whytls ca renew, then install the new root on the phones.", "“%s” %s on %s",
            ca_name(ca), rest <= 0 ? "ended" : "ends", time_day(day, ca_until(ca)));
    else
        checkup_find(c, FINDING_OF_ROOT, FINDING_FINE, "Our root", NULL,
            "“%s”, valid to %s, %s from now", ca_name(ca), time_day(day, ca_until(ca)),
            time_duration(left, rest));
}

/* That the key is its owner's alone is a condition of ca_load. */
static void root_look(struct checkup *c, const struct checkup_ask *ask)
{
    struct err e = {0};
    char *folder = file_join(ask->data_dir, "ca"), *key = file_join(folder, "root.key");
    bool there = file_exists(folder);
    struct ca *ca = there ? ca_load(ask->data_dir, &e) : NULL;
    struct stat st;

    if (!there) {
        checkup_find(c, FINDING_OF_ROOT, FINDING_FINE, "Our root", NULL,
            "not made yet: whytls run or whytls ca init makes it");
    } else if (!ca) {
        checkup_find(c, FINDING_OF_ROOT, FINDING_FAULT, "Our root", NULL, "%s", e.text);
    } else {
        root_tell(c, ca, ask->now_s);
        if (stat(key, &st) == 0)
            checkup_find(c, FINDING_OF_ROOT, FINDING_FINE, "Key", NULL, "%s, %04o", key,
                (unsigned)st.st_mode & 07777u);
        test_certificate_look(c, ca, ask->now_s);
    }
    ca_free(ca);
    mem_free(key);
    mem_free(folder);
}

void checkup_run(struct checkup *c, const struct checkup_ask *ask)
{
    *c = (struct checkup){0};
    clock_look(c, ask->now_s, checkup_tables(c, ask));
    openssl_look(c);
    port_look(c, ask->port);
    folder_look(c, "Data folder", ask->data_dir, true);
    folder_look(c, "Configuration", ask->config_dir, false);
    rules_look(c);
    root_look(c, ask);
}

void checkup_fini(struct checkup *c)
{
    for (size_t i = 0; i < c->n; i++) {
        mem_free(c->at[i].text);
        mem_free(c->at[i].mend);
        table_facts_fini(&c->at[i].table);
    }
    c->n = 0;
}

enum finding_state checkup_worst(const struct checkup *c)
{
    enum finding_state worst = FINDING_FINE;

    for (size_t i = 0; i < c->n; i++)
        worst = c->at[i].state > worst ? c->at[i].state : worst;
    return worst;
}

static void finding_write(const struct term *t, const struct checkup_finding *f, struct text *out)
{
    static const struct {
        enum term_style style;
        enum term_shape shape;
    } marks[] = {[FINDING_FINE] = {TERM_FINE, SHAPE_FINE},
        [FINDING_WARNING] = {TERM_WARNING, SHAPE_WARNING},
        [FINDING_FAULT] = {TERM_FAULT, SHAPE_FAILING}};

    text_add(out, "  ");
    term_style(t, out, marks[f->state].style);
    text_add(out, term_shape(t, marks[f->state].shape));
    term_style(t, out, TERM_PLAIN);
    text_printf(out, " %s", f->about);
    size_t at = term_is_narrow(t) ? NARROW_AT : LABEL + 4;
    if (term_is_narrow(t)) {
        text_add_char(out, '\n');
        term_pad(out, at);
    } else {
        size_t used = term_columns(f->about);

        term_pad(out, used < LABEL ? LABEL - used : 1);
    }
    term_wrap(t, out, f->text, at, at);
    if (f->mend) {
        term_pad(out, at);
        term_wrap(t, out, f->mend, at, at);
    }
}

void checkup_write(const struct term *t, const struct checkup *c, struct text *out)
{
    static const char *const titles[N_FINDING_OF] = {"This computer", "The root", "Lists"};
    struct text sum = {0};
    size_t n = 0;

    for (int of = 0; of < N_FINDING_OF; of++) {
        text_add(out, of ? "\n  " : "  ");
        term_style(t, out, TERM_BOLD);
        text_add(out, titles[of]);
        term_style(t, out, TERM_PLAIN);
        text_add_char(out, '\n');
        for (size_t i = 0; i < c->n; i++)
            if (c->at[i].of == (enum finding_of)of)
                finding_write(t, &c->at[i], out);
    }
    for (size_t i = 0; i < c->n; i++)
        n += c->at[i].state != FINDING_FINE;
    if (n == 0)
        text_add(&sum, "Nothing to mend.");
    else
        text_printf(&sum, "%zu thing%s to mend.%s", n, n == 1 ? "" : "s",
            checkup_worst(c) == FINDING_FAULT ? "" : " Nothing stops whytls from running.");
    text_add(out, "\n  ");
    term_wrap(t, out, text_str(&sum), 2, 2);
    text_fini(&sum);
}

static void table_write_json(const struct checkup_finding *f, struct json_out *out)
{
    char date[TIME_TEXT_CAP];

    json_key(out, "table");
    json_object(out);
    json_put_text(out, "name", f->table.name);
    json_put_text(out, "source", *f->table.source ? f->table.source : NULL);
    json_put_text(out, "release", *f->table.release ? f->table.release : NULL);
    json_put_text(out, "version", *f->table.version ? f->table.version : NULL);
    json_put_text(out, "date", time_date(date, f->table.date));
    json_put_int(out, "rows", (int64_t)f->table.rows);
    json_put_int(out, "days", f->days);
    json_put_int(out, "days_most", f->table.fresh_days);
    json_put_text(out, "path", f->table.path);
    json_object_end(out);
}

void checkup_write_json(const struct checkup *c, struct json_out *out)
{
    json_object(out);
    json_put_int(out, "v", 1);
    json_put_text(out, "state", finding_state_name(checkup_worst(c)));
    json_key(out, "findings");
    json_array(out);
    for (size_t i = 0; i < c->n; i++) {
        const struct checkup_finding *f = &c->at[i];

        json_object(out);
        json_put_text(out, "of", finding_of_name(f->of));
        json_put_text(out, "about", f->about);
        json_put_text(out, "state", finding_state_name(f->state));
        json_put_text(out, "text", f->text);
        json_put_text(out, "mend", f->mend);
        if (f->has_table)
            table_write_json(f, out);
        json_object_end(out);
    }
    json_array_end(out);
    json_object_end(out);
}
