#include "chain_facts.h"

#include <inttypes.h>
#include <string.h>

#include "flow/flow.h"
#include "term.h"

enum { DETOURS_SHOWN_MOST = 3, NOTES_SHOWN_MOST = 8 };

static const struct flow_certificate *find(
    const struct flow_certificate *at, size_t n, const char *sha256)
{
    for (size_t i = 0; i < n; i++)
        if (at[i].sha256 && strcmp(at[i].sha256, sha256) == 0)
            return &at[i];
    return NULL;
}

/* A certificate that came from a store is not in the record; its fingerprint's beginning tells it
 * from others. */
static void add_called(const struct flow_server_leg *leg, const char *sha256, struct text *out)
{
    const struct flow_certificate *c = find(leg->chain, leg->n_chain, sha256);

    if (!c)
        c = find(leg->fetched, leg->n_fetched, sha256);
    const char *name = !c ? NULL : c->subject->cn ? c->subject->cn : c->subject->o;
    if (c && !name)
        name = c->subject->text;
    if (name)
        text_printf(out, "“%s”", name);
    else
        text_printf(out, "a root (%.8s…)", sha256);
}

/* "Not by “a”, “b”, a root (0123abcd…): TemporalValidity of “b”: …" */
static void add_detours(const struct term *t, const struct flow_server_leg *leg, struct text *out)
{
    const struct flow_verdict *v = leg->verdict;

    for (size_t i = 0; i < v->n_detours && i < DETOURS_SHOWN_MOST; i++) {
        const struct flow_detour *d = &v->detours[i];
        struct text line = {0};

        text_add(&line, "turned down: ");
        for (size_t k = 0; k < d->path.n; k++) {
            text_add(&line, k ? ", " : "");
            add_called(leg, d->path.at[k], &line);
        }
        text_printf(&line, ". %s", d->why ? d->why : "");
        term_row(t, out, i ? "" : "Detour", text_str(&line));
        text_fini(&line);
    }
    if (v->n_detours > DETOURS_SHOWN_MOST) {
        term_label(t, out, "", 2);
        text_printf(out, "and %zu more\n", v->n_detours - DETOURS_SHOWN_MOST);
    }
}

/* Of a root of somebody's own nobody asks for promises. */
static bool ct_is_wanting(const struct flow_verdict *v)
{
    for (size_t i = 0; i < v->n_checks; i++)
        if (strcmp(v->checks[i].check, "SystemTrustedCTRequired") == 0 ||
            strcmp(v->checks[i].check, "CTRequired") == 0)
            return true;
    return false;
}

static void add_ct(const struct term *t, const struct flow_server_leg *leg, struct text *out)
{
    const char *ct = leg->verdict->ct;
    int64_t n = leg->n_chain ? leg->chain[0].scts : 0;
    struct text line = {0};

    if (!ct)
        return;
    if (strcmp(ct, "qualified") == 0)
        text_printf(&line,
            "enough public logs have promised to record the certificate (%" PRId64 " promises)", n);
    else if (strcmp(ct, "missing") == 0 && ct_is_wanting(leg->verdict))
        text_printf(&line,
            "too few public logs have promised to record the certificate (%" PRId64 " promises)",
            n);
    else if (strcmp(ct, "invalid") == 0 && ct_is_wanting(leg->verdict))
        text_add(&line, "of the logs' promises to record the certificate too few count");
    else if (leg->ct_doubt)
        text_add(&line, "cannot be told: our list of logs is old");
    if (line.len)
        term_row(t, out, "Logs", text_str(&line));
    text_fini(&line);
}

static const char *who_said(const char *source)
{
    if (!source)
        return "";
    return strcmp(source, "crl") == 0    ? ", says the CA's list"
           : strcmp(source, "ocsp") == 0 ? ", says the CA's responder"
                                         : ", says the answer that the site sent along";
}

static void add_revocation(
    const struct term *t, const struct flow_server_leg *leg, struct text *out)
{
    static const char *const words[][2] = {
        {"good", "not revoked"},
        {"revoked", "revoked"},
        {"unknown", "the CA's responder does not know the certificate"},
        {"stale", "not checked: the only answer is out of date"},
        {"invalid", "not checked: the only answer is not signed as it has to be"},
        {"unreachable", "not reachable: the CA gave no answer"},
    };
    const char *state = leg->verdict->revocation;
    struct text line = {0};

    if (!state)
        return;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], state) == 0)
            text_printf(
                &line, "%s%s", words[i][1], i < 2 ? who_said(leg->verdict->revocation_source) : "");
    if (!line.len)
        text_add(&line, leg->address
                            ? "not checked: the site sent no answer along, and iPhones ask nobody"
                            : "not checked: a file brings no answer along");
    if (leg->revocation_url && strcmp(state, "unreachable") == 0)
        text_printf(&line, " at %s", leg->revocation_url);
    term_row(t, out, "Revoked?", text_str(&line));
    text_fini(&line);
}

/* Where the two differ, a rule's note says it. */
static void add_others(const struct term *t, const struct flow_server_leg *leg, struct text *out)
{
    const struct flow_verdict *ours = leg->verdict, *web = leg->verdict_webpki;

    if (!web || !ours->verdict || !web->verdict || strcmp(ours->verdict, web->verdict) != 0)
        return;
    if (strcmp(web->verdict, "accept") != 0)
        term_row(t, out, "Others", "Chrome, Firefox and Android refuse it too");
    else if (ours->anchors_are && strcmp(ours->anchors_are, "system") != 0)
        term_row(t, out, "Others",
            "Chrome, Firefox and Android accept it too, where the same root is installed");
    else
        term_row(t, out, "Others", "Chrome, Firefox and Android accept it too");
}

static void add_notes(const struct term *t, const struct flow *f, struct text *out)
{
    for (size_t i = 0; i < f->n_notes && i < NOTES_SHOWN_MOST; i++)
        term_row(t, out, "Note", f->notes[i].text ? f->notes[i].text : f->notes[i].code);
}

bool chain_facts(const struct term *t, const struct flow *f, struct text *out)
{
    size_t before = out->len;

    if (f->server_leg && f->server_leg->verdict) {
        add_detours(t, f->server_leg, out);
        add_ct(t, f->server_leg, out);
        add_revocation(t, f->server_leg, out);
        add_others(t, f->server_leg, out);
    }
    add_notes(t, f, out);
    return out->len > before;
}
