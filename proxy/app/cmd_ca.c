/* app/cmd_ca.c - `whytls ca`: the root that phones are asked to trust: make it, show it, hand it
 * out. */
#include <stdio.h>
#include <string.h>

#include <unistd.h>

#include "base/clock.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cert/ca.h"
#include "cert/profile.h"
#include "command.h"
#include "fold.h"
#include "option.h"
#include "paths.h"
#include "term.h"

static const struct option_row rows[] = {
    {"format", 0, "FORMAT", "of export: pem (default), der, mobileconfig"},
    {"data", 0, "DIR", "where whytls keeps its files"},
    {"new-key", 0, NULL, "of renew: a new key as well; every phone must then install the new root"},
    {"json", 0, NULL, "of init, show and renew: one JSON object"},
    {NULL, 0, NULL, NULL},
};

static const struct command_help help = {
    .usage = "whytls ca init|show|export|renew [OPTION]…",
    .about = "The root certificate of this installation, which the phones are asked to trust. Its "
             "key never leaves\n"
             "the data folder.\n\n"
             "  init     make the root, if there is none yet\n"
             "  show     name, fingerprint and dates\n"
             "  export   the certificate on standard output; never the key\n"
             "  renew    a new certificate of two years for the same key: phones that trust the "
             "old root go on until it\n"
             "           expires, new ones install the new; a running proxy takes it up when it is "
             "started again.\n"
             "           The profile keeps its identity and holds the old root as well, so that "
             "installing it replaces",
    .rows = rows,
    .after = "Examples:\n"
             "  whytls ca export > whytls-root.pem\n"
             "  whytls ca export --format mobileconfig > whytls.mobileconfig\n"
             "Exit codes: 0 done; 2 the root cannot be read or made.",
};

struct job {
    const char *action, *format, *data;
    char *dir; /* owned */
    bool json, new_key;
};

static bool take(void *arg, const char *name, const char *value, struct err *e)
{
    struct job *j = arg;

    (void)e;
    if (strcmp(name, "format") == 0)
        j->format = value;
    else if (strcmp(name, "data") == 0)
        j->data = value;
    else if (strcmp(name, "new-key") == 0)
        j->new_key = true;
    else if (strcmp(name, "json") == 0)
        j->json = true;
    return true;
}

static bool out_write(const void *bytes, size_t len, struct err *e)
{
    if (fwrite(bytes, 1, len, stdout) != len || fflush(stdout) != 0)
        return err_sys(e, "writing standard output");
    return true;
}

static void show_json(const struct job *j, const struct ca *ca, bool made, struct text *out)
{
    struct json_out json;
    char since[TIME_TEXT_CAP], until[TIME_TEXT_CAP];

    json_init(&json, out);
    json_object(&json);
    json_put_int(&json, "v", 1);
    json_put_text(&json, "name", ca_name(ca));
    json_put_text(&json, "sha256", ca_sha256(ca));
    json_put_text(&json, "not_before", time_rfc3339(since, ca_since(ca)));
    json_put_text(&json, "not_after", time_rfc3339(until, ca_until(ca)));
    json_put_text(&json, "data", j->dir);
    json_put_bool(&json, "made", made);
    json_put_text(&json, "pem", ca_pem(ca));
    json_object_end(&json);
    text_add_char(out, '\n');
}

/* The fingerprint as iOS shows it: pairs of capitals. */
static void fingerprint_add(struct text *out, const char *hex)
{
    for (size_t i = 0; hex[i] && hex[i + 1]; i += 2) {
        char pair[4] = {i ? ' ' : '\0', hex[i], hex[i + 1], '\0'};

        for (size_t k = 1; k < 3; k++)
            pair[k] = (char)(pair[k] >= 'a' ? pair[k] - 'a' + 'A' : pair[k]);
        text_add(out, i ? pair : pair + 1);
    }
}

static void show_text(const struct job *j, const struct ca *ca, bool made, struct text *out)
{
    char since[TIME_TEXT_CAP], until[TIME_TEXT_CAP];

    if (made)
        text_add(out,
            strcmp(j->action, "renew") == 0 ? "The root was renewed.\n" : "A new root was made.\n");
    text_add(out, "Name      ");
    text_add_safe(out, ca_name(ca), strlen(ca_name(ca)), 128);
    text_add(out, "\nSHA-256   ");
    fingerprint_add(out, ca_sha256(ca));
    text_printf(out, "\nValid     %s to %s\n", time_date(since, ca_since(ca)),
        time_date(until, ca_until(ca)));
    text_add(out, "Kept in   ");
    text_add_safe(out, j->dir, strlen(j->dir), 1024);
    text_add(out, "/ca\n");
}

static bool show(const struct job *j, const struct ca *ca, bool made, struct err *e)
{
    struct text all = {0}, out = {0};
    struct term t;

    if (!term_init(&t, NULL, e))
        return false;

    if (j->json) {
        show_json(j, ca, made, &out);
    } else {
        show_text(j, ca, made, &all);
        fold_add(&t, text_str(&all), &out);
        text_fini(&all);
    }
    bool ok = out_write(text_str(&out), out.len, e);
    text_fini(&out);
    return ok;
}

static bool export(const struct job *j, const struct ca *ca, struct err *e)
{
    const char *format = j->format ? j->format : "pem";

    if (strcmp(format, "pem") == 0)
        return out_write(ca_pem(ca), strlen(ca_pem(ca)), e);
    if (strcmp(format, "der") == 0) {
        size_t len = 0;
        const uint8_t *der = ca_der(ca, &len);

        if (isatty(STDOUT_FILENO))
            return err_set(e, ERR_USAGE,
                "DER is binary and this is a terminal: whytls ca export --format der > "
                "whytls-root.cer");
        return out_write(der, len, e);
    }
    if (strcmp(format, "mobileconfig") == 0) {
        struct text out = {0};
        bool ok = profile_write(ca, &out, e) && out_write(text_str(&out), out.len, e);

        text_fini(&out);
        return ok;
    }
    return err_set(e, ERR_USAGE, "no format \"%.40s\": it is pem, der or mobileconfig", format);
}

static bool act(const struct job *j, struct err *e)
{
    bool made = false, ok = false;
    struct ca *ca = NULL;

    if (j->format && strcmp(j->action, "export") != 0)
        return err_set(e, ERR_USAGE, "--format goes with export only");
    if (j->new_key && strcmp(j->action, "renew") != 0)
        return err_set(e, ERR_USAGE, "--new-key goes with renew only");
    if (strcmp(j->action, "init") == 0) {
        ca = ca_open(j->dir, clock_wall_ms(clock_system()) / 1000, &made, e);
        ok = ca && show(j, ca, made, e);
    } else if (strcmp(j->action, "show") == 0) {
        ca = ca_load(j->dir, e);
        ok = ca && show(j, ca, false, e);
    } else if (strcmp(j->action, "export") == 0) {
        ca = ca_load(j->dir, e);
        ok = ca && export(j, ca, e);
    } else if (strcmp(j->action, "renew") == 0) {
        ca = ca_renew(j->dir, clock_wall_ms(clock_system()) / 1000, j->new_key, e);
        ok = ca && show(j, ca, true, e);
    } else {
        char safe[64];

        err_set(e, ERR_USAGE,
            "no \"ca %s\": it is init, show, export or renew; see whytls ca --help",
            text_safe(safe, sizeof safe, j->action));
    }
    ca_free(ca);
    return ok;
}

int cmd_ca(int argc, char **argv)
{
    struct job j = {0};
    struct err e = {0};
    int rest = 0;

    if (!options_parse(&help, argc, argv, take, &j, &rest, &e))
        return fail(&e);
    if (rest + 1 != argc) {
        err_set(&e, ERR_USAGE, "%s; see whytls ca --help",
            rest >= argc ? "say what to do: init, show, export or renew"
                         : "one of init, show, export, renew at a time");
        return fail(&e);
    }
    j.action = argv[rest];
    j.dir = paths_data_dir(j.data, &e);
    bool ok = j.dir && act(&j, &e);
    mem_free(j.dir);
    return ok ? 0 : fail(&e);
}
