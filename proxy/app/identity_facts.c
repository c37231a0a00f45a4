#include "identity_facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "flow/flow.h"
#include "term.h"

enum { PAYLOADS_SHOWN_MOST = 40 };

static bool is(const char *text, const char *word)
{
    return text && strcmp(text, word) == 0;
}

bool identity_is_refused(const struct flow *f)
{
    return f->identity &&
           (is(f->identity->result, "refused") || is(f->identity->trust_switch, "no"));
}

const char *identity_sentence(const struct flow *f)
{
    static const struct {
        const char *kind, *result, *says;
    } rows[] = {
        {"pkcs12", "installs", "An iPhone installs this identity"},
        {"pkcs12", "limited", "An iPhone installs this identity, and cannot use it for everything"},
        {"pkcs12", "refused", "An iPhone does not install this identity"},
        {"profile", "installs", "An iPhone installs this profile"},
        {"profile", "limited", "An iPhone installs this profile, and not all of it is of use"},
        {"profile", "refused", "An iPhone does not install this profile"},
        {"certificate", "installs", "An iPhone takes this mail certificate"},
        {"certificate", "limited", "An iPhone takes this mail certificate with a reservation"},
        {"certificate", "refused", "An iPhone does not take this mail certificate"},
    };
    const struct flow_identity *id = f->identity;

    if (is(id->trust_switch, "no"))
        return "Certificate Trust Settings offers no switch for this root";
    if (is(id->trust_switch, "yes"))
        return is(id->result, "installs")
                   ? "Certificate Trust Settings offers a switch for this root"
                   : "The switch appears for this root, and does not help";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (is(id->kind, rows[i].kind) && is(id->result, rows[i].result))
            return rows[i].says;
    return "An iPhone does not take this file";
}

static void add_marked(const struct term *t, const char *label, enum term_shape shape,
    const char *says, const char *grade, struct text *out)
{
    struct text line = {0};

    text_printf(&line, "%s %s", term_shape(t, shape), says ? says : "");
    if (grade && *grade)
        text_printf(&line, " [%s]", grade);
    term_row(t, out, label, text_str(&line));
    text_fini(&line);
}

static void add_conditions(
    const struct term *t, const struct flow_condition *at, size_t n, struct text *out)
{
    for (size_t i = 0; i < n; i++)
        add_marked(t, i ? "" : "Switch", at[i].holds ? SHAPE_FOR : SHAPE_AGAINST, at[i].says,
            at[i].grade, out);
}

static void add_text(struct text *line, const char *before, const char *says)
{
    if (says && *says)
        text_printf(line, "%s%s%s", line->len ? ", " : "", before, says);
}

/* "opened, password given, encryption modern, key by aes-256-cbc, …, seal hmac-sha256, 2,048
 * rounds" */
static void add_file(const struct term *t, const struct flow_identity *id, struct text *out)
{
    struct text line = {0};

    if (is(id->state, "opened"))
        add_text(&line, "opened, password ", id->password);
    else
        add_text(&line, "", id->detail);
    add_text(&line, "encryption ", id->crypto);
    add_text(&line, "key by ", id->key_cipher);
    add_text(&line, "certificates by ", id->certs_cipher);
    add_text(&line, "seal ", id->mac);
    if (id->rounds != FLOW_NONE) {
        text_add(&line, ", ");
        term_number(&line, id->rounds);
        text_add(&line, " rounds");
    }
    if (line.len)
        term_row(t, out, "File", text_str(&line));
    text_clear(&line);
    if (id->keys != FLOW_NONE && id->certificates != FLOW_NONE) {
        text_printf(&line, "%" PRId64 " private key%s, %" PRId64 " certificate%s; %s", id->keys,
            id->keys == 1 ? "" : "s", id->certificates, id->certificates == 1 ? "" : "s",
            id->key_fits ? "a key fits its certificate" : "no key fits a certificate");
        term_row(t, out, "Holds", text_str(&line));
    }
    text_fini(&line);
}

/* What refuses the profile, or only spoils a part of it. */
static enum term_shape fault_shape(const struct flow_fault *at, size_t n)
{
    enum term_shape shape = n ? SHAPE_WARNING : SHAPE_FOR;

    for (size_t i = 0; i < n; i++)
        if (at[i].blocks)
            shape = SHAPE_AGAINST;
    return shape;
}

static void add_faults(
    const struct term *t, const struct flow_fault *at, size_t n, struct text *out)
{
    for (size_t i = 0; i < n; i++)
        add_marked(t, "", fault_shape(&at[i], 1), at[i].says, at[i].grade, out);
}

static void add_payload(const struct term *t, const struct flow_payload *p, struct text *out)
{
    char label[24];
    struct text line = {0};

    snprintf(label, sizeof label, "%" PRId64 ".", p->number);
    text_printf(&line, "%s %s", term_shape(t, fault_shape(p->faults, p->n_faults)),
        p->holds ? p->holds : "");
    add_text(&line, "", p->name);
    if (p->certificate && p->certificate->subject->cn && !is(p->name, p->certificate->subject->cn))
        text_printf(&line, ": “%s”", p->certificate->subject->cn);
    if (p->trust_switch)
        text_add(&line,
            is(p->trust_switch, "yes") ? "; its switch appears" : "; no switch appears for it");
    term_row(t, out, label, text_str(&line));
    add_faults(t, p->faults, p->n_faults, out);
    text_fini(&line);
}

static void add_profile(const struct term *t, const struct flow_profile *p, struct text *out)
{
    struct text line = {0};

    add_text(&line, "", p->name);
    add_text(&line, "of ", p->organization);
    if (is(p->signature, "none"))
        text_printf(&line, "%snot signed", line.len ? ", " : "");
    else
        text_printf(&line, "%ssignature %s%s%s", line.len ? ", " : "", p->signature,
            p->signer ? ", by " : "", p->signer ? p->signer : "");
    term_row(t, out, "Profile", text_str(&line));
    text_fini(&line);
    add_faults(t, p->faults, p->n_faults, out);
    for (size_t i = 0; i < p->n_payloads && i < PAYLOADS_SHOWN_MOST; i++)
        add_payload(t, &p->payloads[i], out);
    if (p->n_payloads > PAYLOADS_SHOWN_MOST) {
        term_label(t, out, "", 2);
        text_printf(out, "and %zu more\n", p->n_payloads - PAYLOADS_SHOWN_MOST);
    }
    for (size_t i = 0; i < p->missing.n; i++)
        term_row(t, out, i ? "" : "Missing", p->missing.at[i]);
}

bool identity_facts(const struct term *t, const struct flow *f, struct text *out)
{
    const struct flow_identity *id = f->identity;
    size_t before = out->len;

    if (!id)
        return false;
    if (is(id->kind, "pkcs12"))
        add_file(t, id, out);
    if (id->profile)
        add_profile(t, id->profile, out);
    add_conditions(t, id->conditions, id->n_conditions, out);
    return out->len > before;
}
