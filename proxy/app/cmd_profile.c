/* app/cmd_profile.c - `whytls profile build|lint`: all roots and intermediates of a company in one
 * .mobileconfig, and what iOS will do with such a file. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <unistd.h>

#include "base/file.h"
#include "command.h"
#include "explanation.h"
#include "flow/flow.h"
#include "inquiry.h"
#include "option.h"
#include "profile_build.h"
#include "term.h"

enum { PROFILE_MODE = 0644 };

static const struct option_row rows[] = {
    {"out", 'o', "FILE", "of build: write here instead of to standard output"},
    {"name", 0, "TEXT", "of build: the name that the phone shows (default: the first root's)"},
    {"organization", 0, "TEXT", "of build: who made it, as the phone shows it"},
    {"identifier", 0, "ID",
        "of build: a profile of the same identifier is replaced (default: made from the roots' "
        "keys)"},
    {"identity", 0, "FILE", "of build: a PKCS#12 identity to install as well; may be given again"},
    {"password-file", 0, "FILE", "of build: its first line is the password of the identities"},
    {"embed-password", 0, NULL,
        "of build: write that password into the profile, where everybody can read it"},
    {"sign", 0, "FILE", "of build: sign with this certificate and its key (PEM or PKCS#12)"},
    {"sign-key", 0, "FILE", "of build: the key, when it is in a file of its own (PEM)"},
    {"sign-password-file", 0, "FILE", "of build: its first line is the password of that key"},
    {"at", 0, "TIME", "judge at this time: RFC 3339, or a date"},
    {"roots", 0, "WHOSE",
        "trusted roots: apple (default), mozilla (the system's bundle), or a file or folder of "
        "them"},
    {"json", 0, NULL, "what iOS will do with it, as one JSON object; of build: with --out"},
    {"color", 0, "WHEN", "always, never or auto"},
    {"verbose", 'v', NULL, "show every fact"},
    {NULL, 0, NULL, NULL},
};

static const struct command_help help = {
    .usage = "whytls profile build FILE… | lint FILE [OPTION]…",
    .about =
        "Configuration profiles (.mobileconfig) for iPhone, iPad and Mac.\n\n"
        "  build    roots and intermediates, in PEM, DER or .p7b, as one profile; the same\n"
        "           certificates give the same identifiers, so a new edition replaces the old.\n"
        "           It is looked at as by lint, and not written when iOS would refuse it\n"
        "  lint     what iOS will do with a profile: does it install, is it shown as verified,\n"
        "           which roots get a switch in Certificate Trust Settings, what is missing?",
    .rows = rows,
    .after =
        "Examples:\n"
        "  whytls profile build roots/*.pem -o acme.mobileconfig\n"
        "  whytls profile lint acme.mobileconfig\n"
        "Exit codes: 0 it installs and all of it is of use; 1 not so; 2 a file cannot be read.",
};

struct job {
    struct inquiry inquiry;
    struct profile_order order;
    const char *action, *out, *color;
    bool json, verbose, of_build; /* of_build: an option that only build takes was given */
    struct term term;
};

static bool identity_add(struct job *j, const char *path, struct err *e)
{
    if (j->order.n_identities == PROFILE_IDENTITIES_MOST)
        return err_set(e, ERR_USAGE, "--identity: at most %d", PROFILE_IDENTITIES_MOST);
    j->order.identities[j->order.n_identities++] = path;
    return true;
}

static bool take_shared(
    struct job *j, const char *name, const char *value, bool *taken, struct err *e)
{
    *taken = true;
    if (strcmp(name, "at") == 0 || strcmp(name, "roots") == 0)
        return inquiry_take(&j->inquiry, name, value, taken, e);
    if (strcmp(name, "color") == 0)
        j->color = value;
    else if (strcmp(name, "json") == 0)
        j->json = true;
    else if (strcmp(name, "verbose") == 0)
        j->verbose = true;
    else
        *taken = false;
    return true;
}

static bool take(void *arg, const char *name, const char *value, struct err *e)
{
    struct job *j = arg;
    const struct {
        const char *name, **to;
    } texts[] = {
        {"out", &j->out},
        {"name", &j->order.name},
        {"organization", &j->order.organization},
        {"identifier", &j->order.identifier},
        {"password-file", &j->order.password_file},
        {"sign", &j->order.sign},
        {"sign-key", &j->order.sign_key},
        {"sign-password-file", &j->order.sign_password_file},
    };
    bool taken;

    if (!take_shared(j, name, value, &taken, e) || taken)
        return taken;
    j->of_build = true;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(name, texts[i].name) == 0)
            *texts[i].to = value;
    if (strcmp(name, "embed-password") == 0)
        j->order.embed_password = true;
    return strcmp(name, "identity") != 0 || identity_add(j, value, e);
}

/* --- what iOS will do with it --- */

static int lint(struct job *j, const char *path, struct err *e)
{
    struct flow *f = NULL;

    if (!inquiry_is_file(path)) {
        err_set(e, ERR_INPUT, "%s: no such file", path);
        return fail(e);
    }
    if (!inquiry_open(&j->inquiry, e) || !inquiry_ask(&j->inquiry, path, NULL, NULL, &f, e))
        return fail(e);
    bool is_profile = f->identity && f->identity->profile;
    int code = inquiry_code(f);

    if (is_profile)
        explanation_print(&j->term, f, j->json, j->verbose, stdout);
    else
        err_set(e, ERR_INPUT, "%s: no configuration profile; see whytls explain", path);
    flow_free(f);
    return is_profile ? code : fail(e);
}

/* --- one file out of many --- */

static bool orders_check(const struct job *j, struct err *e)
{
    if (j->order.sign_key && !j->order.sign)
        return err_set(e, ERR_USAGE, "--sign-key goes with --sign, which names its certificate");
    if (j->order.embed_password && !j->order.password_file)
        return err_set(e, ERR_USAGE, "--embed-password: name the password with --password-file");
    if (j->json && !j->out)
        return err_set(
            e, ERR_USAGE, "--json: standard output is the profile; name a file for it with --out");
    if (j->order.sign && !j->out && isatty(STDOUT_FILENO))
        return err_set(
            e, ERR_USAGE, "a signed profile is binary and this is a terminal: use --out");
    return true;
}

static bool deliver(const struct job *j, const struct text *profile, struct err *e)
{
    if (j->out)
        return file_write(j->out, text_str(profile), profile->len, PROFILE_MODE, e);
    if (fwrite(text_str(profile), 1, profile->len, stdout) != profile->len || fflush(stdout) != 0)
        return err_sys(e, "writing standard output");
    return true;
}

static bool is_refused(const struct flow *f)
{
    return strcmp(f->identity->result, "refused") == 0;
}

static int build(struct job *j, struct err *e)
{
    struct text profile = {0};
    struct flow *f = NULL;
    int code = 2;
    bool good = orders_check(j, e) && profile_build(&j->order, &profile, e) &&
                inquiry_open(&j->inquiry, e) &&
                inquiry_ask_profile(&j->inquiry, text_str(&profile), profile.len, &f, e) &&
                (is_refused(f) || deliver(j, &profile, e));

    if (good) {
        explanation_print(&j->term, f, j->json, j->verbose, j->out ? stdout : stderr);
        if (is_refused(f))
            fprintf(stderr, "whytls: nothing was written, as iOS would refuse this profile\n");
        code = inquiry_code(f);
    } else {
        code = fail(e);
    }
    flow_free(f);
    text_fini(&profile);
    return code;
}

static int act(struct job *j, int n, char **files, struct err *e)
{
    bool is_build = strcmp(j->action, "build") == 0;

    if (!is_build && strcmp(j->action, "lint") != 0) {
        char safe[64];

        err_set(e, ERR_USAGE, "no \"profile %s\": it is build or lint; see whytls profile --help",
            text_safe(safe, sizeof safe, j->action));
    } else if (!is_build && j->of_build) {
        err_set(e, ERR_USAGE, "an option of build was given to lint; see whytls profile --help");
    } else if (!is_build && n != 1) {
        err_set(e, ERR_USAGE, "lint wants one profile; see whytls profile --help");
    } else if (is_build && n == 0 && j->order.n_identities == 0) {
        err_set(e, ERR_USAGE, "build wants files of certificates; see whytls profile --help");
    } else if (term_init(&j->term, j->color, e)) {
        j->order.files = (const char *const *)files;
        j->order.n_files = (size_t)n;
        return is_build ? build(j, e) : lint(j, files[0], e);
    }
    return fail(e);
}

int cmd_profile(int argc, char **argv)
{
    struct job j = {0};
    struct err e = {0};
    int rest;

    if (!options_parse(&help, argc, argv, take, &j, &rest, &e))
        return fail(&e);
    if (rest >= argc) {
        err_set(&e, ERR_USAGE, "say what to do: build or lint; see whytls profile --help");
        return fail(&e);
    }
    signal(SIGPIPE, SIG_IGN);
    j.action = argv[rest];
    int code = act(&j, argc - rest - 1, argv + rest + 1, &e);
    inquiry_close(&j.inquiry);
    return code;
}
