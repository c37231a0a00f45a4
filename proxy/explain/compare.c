#include "compare.h"

#include <string.h>

#include "aspect.h"
#include "base/mem.h"
#include "base/text.h"
#include "cert/der.h"
#include "cert/facts.h"
#include "compare_priv.h"
#include "judge/verdict.h"

enum { WHERE_CAP = 40 };

/* A certificate of each side that stands at the same place. */
struct pair {
    size_t at[2]; /* in the path; NOBODY: this side has none there */
    char where[WHERE_CAP];
};

struct difference *compare_add(struct compare_work *w, const char *what, const char *where)
{
    struct comparison *c = w->out;

    if (c->n == c->cap) {
        c->cap = c->cap ? 2 * c->cap : 16;
        c->at = mem_resize(c->at, c->cap * sizeof *c->at);
    }
    struct difference *d = &c->at[c->n++];
    *d = (struct difference){.what = mem_text(what), .where = mem_text(where)};
    return d;
}

/* The check of this name that fails at this place, or, for an aspect of a CA that binds those
 * below, at one of those. */
static const struct verdict_check *failed_at(
    const struct verdict *v, const char *check, size_t at, bool below)
{
    const struct verdict_check *failed = at == NOBODY ? NULL : verdict_failed(v, check, at);

    for (size_t i = at; below && at < v->n_path && !failed && i-- > 0;)
        failed = verdict_failed(v, check, i);
    return failed;
}

/* Which of these checks fails there on one side only; on both, when none does. The first counts.
 * The verdict's rows that were looked at are told of, and need no row of their own. */
void compare_settle(struct compare_work *w, struct difference *d, const struct compare_checks *by,
    const size_t at[2])
{
    for (size_t i = 0; i < by->n && by->names[i]; i++) {
        const struct verdict_check *failed[2] = {NULL, NULL};

        for (int s = 0; s < 2; s++) {
            const struct verdict *v = w->side[s]->verdict;

            failed[s] = failed_at(v, by->names[i], at[s], by->below);
            if (failed[s])
                w->used[s][failed[s] - v->checks] = true;
        }
        enum compare_fails fails = failed[0] && failed[1] ? FAILS_ON_BOTH
                                   : failed[0]            ? FAILS_ON_A
                                   : failed[1]            ? FAILS_ON_B
                                                          : FAILS_NOWHERE;
        if (fails == FAILS_NOWHERE || d->matters || (fails == FAILS_ON_BOTH && d->check))
            continue;
        const struct verdict_check *told = failed[0] ? failed[0] : failed[1];
        d->fails = fails;
        d->matters = fails != FAILS_ON_BOTH;
        d->check = told->check->name;
        mem_free(d->why);
        d->why = mem_text(told->detail);
    }
}

static void add_pair(
    struct pair *pairs, size_t *n, size_t a, size_t b, const char *where, size_t number)
{
    struct pair *p = &pairs[(*n)++];
    struct text t = {0};

    *p = (struct pair){.at = {a, b}};
    text_add(&t, where);
    if (number > 1)
        text_printf(&t, " %zu", number);
    strncpy(p->where, text_str(&t), sizeof p->where - 1);
    text_fini(&t);
}

/* The number of certificates before the root; all of them when the path reaches none. */
static size_t below_root(const struct verdict *v)
{
    size_t n = v->n_path;

    return n > 1 && (v->anchored || v->path[n - 1]->self_signed) ? n - 1 : n;
}

static size_t find_twin(
    const struct verdict *b, size_t below, const bool *taken, const struct cert *c)
{
    for (size_t i = 1; i < below; i++)
        if (!taken[i] && der_span_equal(b->path[i]->subject.normal, c->subject.normal))
            return i;
    return NOBODY;
}

/* Intermediates of the same name belong together; the others go by their order. */
static void pair_intermediates(
    const struct verdict *a, const struct verdict *b, struct pair *pairs, size_t *n)
{
    size_t na = below_root(a), nb = below_root(b), number = 0;
    size_t *twin = mem_array(na + 1, sizeof *twin);
    bool *taken = mem_array(nb + 1, sizeof *taken);

    for (size_t i = 1; i < na; i++) {
        twin[i] = find_twin(b, nb, taken, a->path[i]);
        if (twin[i] != NOBODY)
            taken[twin[i]] = true;
    }
    for (size_t i = 1, k = 1; i < na; i++) {
        while (twin[i] == NOBODY && k < nb && taken[k])
            k++;
        if (twin[i] == NOBODY && k < nb) {
            twin[i] = k;
            taken[k] = true;
        }
        add_pair(pairs, n, i, twin[i], "intermediate", ++number);
    }
    for (size_t k = 1; k < nb; k++)
        if (!taken[k])
            add_pair(pairs, n, NOBODY, k, "intermediate", ++number);
    mem_free(twin);
    mem_free(taken);
}

/* At most n_path + n_path of them. */
static struct pair *pair_up(const struct verdict *a, const struct verdict *b, size_t *n)
{
    struct pair *pairs = mem_array(a->n_path + b->n_path + 1, sizeof *pairs);
    size_t root_a = below_root(a), root_b = below_root(b);

    *n = 0;
    if (a->n_path && b->n_path)
        add_pair(pairs, n, 0, 0, "leaf", 0);
    pair_intermediates(a, b, pairs, n);
    root_a = root_a < a->n_path ? root_a : NOBODY;
    root_b = root_b < b->n_path ? root_b : NOBODY;
    if (root_a != NOBODY || root_b != NOBODY)
        add_pair(pairs, n, root_a, root_b, "root", 0);
    return pairs;
}

static const struct cert *cert_of(const struct compare_work *w, const struct pair *p, int s)
{
    return p->at[s] == NOBODY ? NULL : w->side[s]->verdict->path[p->at[s]];
}

static void name_sides(const struct compare_work *w, const struct pair *p, struct difference *d)
{
    const struct cert *a = cert_of(w, p, 0), *b = cert_of(w, p, 1);

    d->a_name = mem_text(a ? a->summary : NULL);
    d->b_name = mem_text(b ? b->summary : NULL);
}

static void set_values(struct difference *d, struct text *a, struct text *b)
{
    d->a = text_give(a);
    d->b = text_give(b);
}

/* Where only one side has a certificate, an aspect is worth a row only if a check fails by it. */
static void compare_aspect(
    struct compare_work *w, const struct pair *p, const struct aspect *aspect)
{
    struct words words[2] = {{0}, {0}};
    struct text told[2] = {{0}, {0}};

    for (int s = 0; s < 2; s++)
        if (cert_of(w, p, s))
            aspect->gather(cert_of(w, p, s), &words[s]);
    bool whole = cert_of(w, p, 0) && cert_of(w, p, 1);
    if (!words_same(&words[0], &words[1]) || !whole) {
        struct difference *d = compare_add(w, aspect->name, p->where);

        name_sides(w, p, d);
        d->opaque = aspect->opaque;
        compare_settle(w, d,
            &(struct compare_checks){aspect->checks, ASPECT_CHECKS_MOST, aspect->of_above}, p->at);
        for (int s = 0; s < 2; s++)
            if (cert_of(w, p, s))
                words_tell(&words[s], &words[!s], aspect->none, &told[s]);
            else
                text_add(&told[s], "no such certificate");
        set_values(d, &told[0], &told[1]);
        if (!whole && !d->check)
            compare_drop(w);
    }
    words_fini(&words[0]);
    words_fini(&words[1]);
}

static bool is_twice(const struct cert *c, const struct cert_extension *x)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n_extensions; i++)
        n += strcmp(c->extensions[i].oid, x->oid) == 0;
    return n > 1;
}

static void tell_extension(
    const struct cert *c, const struct cert_extension *x, bool with_size, struct text *out)
{
    if (!x) {
        text_add(out, "absent");
        return;
    }
    text_add(out, x->critical ? "critical" : "not critical");
    if (with_size)
        text_printf(out, ", %zu byte%s", x->value.len, x->value.len == 1 ? "" : "s");
    if (!x->readable)
        text_add(out, ", cannot be read");
    if (is_twice(c, x))
        text_add(out, ", there twice");
}

static bool has_aspect(const char *oid)
{
    size_t n;
    const struct aspect *all = aspects(&n);

    for (size_t i = 0; i < n; i++)
        if (all[i].oid && strcmp(all[i].oid, oid) == 0)
            return true;
    return false;
}

/* The checks that an extension can fail by its being there; none of them goes by a well-formed one
 * that is known. */
static size_t checks_of(const struct cert *c, const struct cert_extension *x,
    const struct cert_extension *other, const char *checks[static 4])
{
    size_t n = 0;

    if (x && x->critical && !x->known)
        checks[n++] = "CriticalExtensions";
    if (x && !x->readable)
        checks[n++] = "UnparseableExtension";
    if (x && is_twice(c, x))
        checks[n++] = "DuplicateExtension";
    if (x && other && x->critical != other->critical)
        checks[n++] = "ExtensionCriticality";
    return n;
}

static void compare_extension(struct compare_work *w, const struct pair *p, const char *oid)
{
    const struct cert *c[2] = {cert_of(w, p, 0), cert_of(w, p, 1)};
    const struct cert_extension *x[2] = {cert_extension(c[0], oid), cert_extension(c[1], oid)};
    bool covered = has_aspect(oid);
    struct text told[2] = {{0}, {0}};

    if (covered && !(x[0] && x[1]))
        return; /* its aspect says so */
    for (int s = 0; s < 2; s++)
        tell_extension(c[s], x[s], !covered, &told[s]);
    bool same_value = covered || !x[0] || !x[1] || der_span_equal(x[0]->value, x[1]->value);
    if (strcmp(text_str(&told[0]), text_str(&told[1])) == 0 && same_value) {
        text_fini(&told[0]);
        text_fini(&told[1]);
        return;
    }
    struct text name = {0};
    text_printf(&name, "extension %s", x[0] ? x[0]->name : x[1]->name);
    struct difference *d = compare_add(w, text_str(&name), p->where);

    name_sides(w, p, d);
    for (int s = 0; s < 2; s++) {
        const char *checks[4];
        size_t n = checks_of(c[s], x[s], x[!s], checks);

        compare_settle(w, d, &(struct compare_checks){.names = checks, .n = n}, p->at);
    }
    text_fini(&name);
    set_values(d, &told[0], &told[1]);
}

static void compare_extensions(struct compare_work *w, const struct pair *p)
{
    const struct cert *a = cert_of(w, p, 0), *b = cert_of(w, p, 1);

    for (size_t i = 0; i < a->n_extensions; i++)
        if (cert_extension(a, a->extensions[i].oid) == &a->extensions[i])
            compare_extension(w, p, a->extensions[i].oid);
    for (size_t i = 0; i < b->n_extensions; i++)
        if (!cert_extension(a, b->extensions[i].oid) &&
            cert_extension(b, b->extensions[i].oid) == &b->extensions[i])
            compare_extension(w, p, b->extensions[i].oid);
}

static void compare_pair(struct compare_work *w, const struct pair *p)
{
    const struct cert *a = cert_of(w, p, 0), *b = cert_of(w, p, 1);
    size_t n;
    const struct aspect *all = aspects(&n);

    if (a && b && cert_same(a, b))
        return;
    for (size_t i = 0; i < n; i++)
        compare_aspect(w, p, &all[i]);
    if (a && b)
        compare_extensions(w, p);
}

static const struct pair *pair_of(const struct pair *pairs, size_t n, int s, size_t at)
{
    static const struct pair none = {.at = {NOBODY, NOBODY}, .where = "chain"};

    for (size_t i = 0; i < n; i++)
        if (pairs[i].at[s] == at)
            return &pairs[i];
    return &none;
}

static const char *told_of(const struct verdict_check *failed)
{
    return !failed ? "passes" : failed->detail ? failed->detail : "fails";
}

static void compare_check(
    struct compare_work *w, const struct pair *p, int s, const struct verdict_check *failed)
{
    const struct verdict *other = w->side[!s]->verdict;
    const struct verdict_check *too =
        p->at[!s] == NOBODY ? NULL : verdict_failed(other, failed->check->name, p->at[!s]);

    if (s && too)
        return; /* it has its row from A's turn */
    struct difference *d = compare_add(w, failed->check->text, p->where);
    name_sides(w, p, d);
    d->a = mem_text(told_of(s ? too : failed));
    d->b = mem_text(told_of(s ? failed : too));
    d->check = failed->check->name;
    d->fails = too ? FAILS_ON_BOTH : s ? FAILS_ON_B : FAILS_ON_A;
    d->matters = !too;
}

/* What fails, and no aspect accounts for: the same names looked for by another host's name, a
 * broken signature, a trust setting. The check's own words stand for the values. */
static void compare_rest(struct compare_work *w, const struct pair *pairs, size_t n)
{
    for (int s = 0; s < 2; s++) {
        const struct verdict *v = w->side[s]->verdict;

        for (size_t i = 0; i < v->n_checks; i++)
            if (!w->used[s][i])
                compare_check(w, pair_of(pairs, n, s, v->checks[i].cert), s, &v->checks[i]);
    }
}

void compare_drop(struct compare_work *w)
{
    struct difference *d = &w->out->at[--w->out->n];

    mem_free(d->what);
    mem_free(d->where);
    mem_free(d->a);
    mem_free(d->b);
    mem_free(d->a_name);
    mem_free(d->b_name);
    mem_free(d->why);
}

/* 0 for what iOS tells of a refused side, then all that matters, then what fails on both, then the
 * rest. */
static int rank(const struct compare_work *w, const struct difference *d)
{
    if (!d->matters)
        return d->check ? 2 : 3;
    int s = d->fails == FAILS_ON_B;
    const struct verdict *v = w->side[s]->verdict;
    const struct verdict_check *first = compare_winner(v);

    return first && d->check && strcmp(first->check->name, d->check) == 0 ? 0 : 1;
}

static void sort(struct compare_work *w)
{
    struct comparison *c = w->out;
    struct difference *sorted = mem_array(c->n + 1, sizeof *sorted);
    size_t n = 0;

    for (int r = 0; r < 4; r++)
        for (size_t i = 0; i < c->n; i++)
            if (rank(w, &c->at[i]) == r)
                sorted[n++] = c->at[i];
    mem_free(c->at);
    c->at = sorted;
    c->cap = c->n + 1;
    for (size_t i = 0; i < n; i++)
        c->n_matter += c->at[i].matters;
}

struct comparison *compare(const struct compare_side *a, const struct compare_side *b, bool webpki)
{
    struct compare_work w = {.side = {a, b}, .webpki = webpki, .out = mem_new(sizeof *w.out)};
    size_t n;
    struct pair *pairs = pair_up(a->verdict, b->verdict, &n);

    for (int s = 0; s < 2; s++)
        w.used[s] = mem_array(w.side[s]->verdict->n_checks + 1, sizeof *w.used[s]);
    compare_flows(&w);
    if (a->verdict->n_path && b->verdict->n_path) {
        compare_whole_chains(&w);
        for (size_t i = 0; i < n; i++)
            compare_pair(&w, &pairs[i]);
        compare_rest(&w, pairs, n);
    }
    sort(&w);
    compare_answer(&w);
    for (int s = 0; s < 2; s++)
        mem_free(w.used[s]);
    mem_free(pairs);
    return w.out;
}

void comparison_free(struct comparison *c)
{
    if (!c)
        return;
    while (c->n)
        compare_drop(&(struct compare_work){.out = c});
    mem_free(c->at);
    mem_free(c->answer);
    mem_free(c);
}
