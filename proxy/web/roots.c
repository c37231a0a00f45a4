#include "roots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "desk.h"
#include "record.h"
#include "store/certificate_filter.h"
#include "store/flow_look.h"
#include "web.h"

/* TOPS_MOST: certificates whose issuer was not sent; beyond them roots are seldom new. The times
 * are for a quick answer out of a large store. */
enum { TOPS_MOST = 300, TOPS_MS = 500, SENT_MS = 200 };

/* --- who used them --- */

struct gathering {
    struct flow_look *look;
    const char *ours;
    struct roots_used *all;
    struct root_use *one; /* whose hosts are being told */
    bool failed;
};

struct root_use *roots_used_get(struct roots_used *all, const char *sha256)
{
    for (size_t i = 0; i < all->n; i++)
        if (!strcmp(all->at[i].sha256, sha256))
            return &all->at[i];
    return NULL;
}

/* NULL: there are too many. */
static struct root_use *use_of(struct roots_used *all, const char *sha256)
{
    struct root_use *use = roots_used_get(all, sha256);

    if (use || all->n == ROOTS_MOST)
        return use;
    use = &all->at[all->n++];
    snprintf(use->sha256, sizeof use->sha256, "%s", sha256);
    return use;
}

static void see_host(void *arg, const char *host)
{
    struct root_use *use = ((struct gathering *)arg)->one;

    for (size_t i = 0; i < use->n_hosts; i++)
        if (!strcmp(use->hosts[i], host))
            return;
    if (use->n_hosts < ROOT_HOSTS)
        snprintf(use->hosts[use->n_hosts++], HOST_CAP, "%s", host);
}

/* The last flow that had this certificate ended in `root`: those before it are taken to have. */
static void add_top(struct gathering *g, const struct certificate_row *top, const char *root)
{
    struct root_use *use = use_of(g->all, root);
    struct certificate_use more;

    if (!use)
        return;
    g->one = use;
    if (!certificate_look_use(g->look, top, g->ours, &more, NULL) ||
        !certificate_look_hosts(g->look, top->tag, ROOT_HOSTS, see_host, g, NULL)) {
        g->failed = true;
        return;
    }
    use->use.n += more.n;
    if (more.last_ms > use->use.last_ms)
        use->use.last_ms = more.last_ms;
    if (use->n_tops < ROOT_TOPS)
        snprintf(use->tops[use->n_tops++], ROOT_HEX_CAP, "%s", top->sha256);
}

static void see_top(void *arg, const struct certificate_row *top, int64_t seq)
{
    struct gathering *g = arg;
    struct text json = {0};
    struct record record;
    bool found = false;

    if (flow_look_record_at(g->look, seq, &json, &found, NULL) && found &&
        record_read(&record, text_str(&json), json.len, NULL)) {
        const char *root = record_root(&record);

        if (root && strlen(root) < ROOT_HEX_CAP && strcmp(root, top->sha256) != 0)
            add_top(g, top, root);
        record_fini(&record);
    }
    text_fini(&json);
}

struct roots_used *roots_used_find(struct flow_look *look, const char *ours, struct err *e)
{
    const struct certificate_tops_ask ask = {.ours = ours, .most = TOPS_MOST, .budget_ms = TOPS_MS};
    struct gathering g = {.look = look, .ours = ours, .all = mem_new(sizeof(struct roots_used))};

    if (certificate_look_tops(look, &ask, see_top, &g, &g.all->is_part, e)) {
        if (!g.failed)
            return g.all;
        err_set(e, ERR_SYSTEM, "the store of flows cannot tell who used a certificate");
    }
    mem_free(g.all);
    return NULL;
}

void root_expression(const struct root_use *use, struct text *out)
{
    text_printf(out, "~sha %s", use->sha256);
    for (size_t i = 0; i < use->n_tops; i++)
        text_printf(out, " | ~sha %s", use->tops[i]);
}

/* --- what they are --- */

static bool root_find(struct desk *desk, const char *sha256, struct web_root *out)
{
    const struct web_house *house = &desk_web(desk)->house;

    return house->root && house->root(house->arg, sha256, out);
}

bool root_row(struct desk *desk, const char *sha256, struct certificate_row *out)
{
    struct web_root root;

    if (!root_find(desk, sha256, &root))
        return false;
    *out = (struct certificate_row){.sha256 = sha256,
        .subject = root.subject,
        .issuer = root.subject,
        .names = "",
        .key = root.key,
        .not_before = root.not_before,
        .not_after = root.not_after,
        .is_ca = true,
        .der = root.der,
        .der_len = root.der_len};
    return true;
}

const char *root_stores(struct desk *desk, const char *sha256)
{
    struct web_root root;

    if (!desk_web(desk)->house.root)
        return NULL;
    return root_find(desk, sha256, &root) ? root.stores : "neither";
}

/* --- the list --- */

struct line {
    int64_t ends_s;
    size_t begin, end; /* of its JSON */
};

struct listing {
    struct desk *desk;
    struct flow_look *look;
    const struct filter *filter;
    struct roots_used *used; /* owned */
    struct line lines[2 * ROOTS_MOST];
    size_t n;
    struct text json;
    bool failed;
};

static void line_begin(struct listing *l, const struct certificate_row *row,
    const struct certificate_use *use, bool sent, struct json_out *j)
{
    l->lines[l->n].ends_s = row->not_after;
    l->lines[l->n].begin = l->json.len;
    json_init(j, &l->json);
    json_object(j);
    api_certificate_use_json(row, use, j);
    json_put_text(j, "stores", root_stores(l->desk, row->sha256));
    json_put_bool(j, "sent", sent);
    json_key(j, "hosts");
    json_array(j);
}

static void line_end(struct listing *l, struct json_out *j)
{
    json_array_end(j);
    json_object_end(j);
    l->lines[l->n++].end = l->json.len;
}

static void put_hosts(const struct root_use *use, struct json_out *j)
{
    for (size_t i = 0; i < use->n_hosts; i++)
        json_text(j, use->hosts[i]);
}

static void put_host(void *arg, const char *host)
{
    json_text(arg, host);
}

/* One that a site sent; whose chains end in it are counted whether they sent it or not. */
static void put_sent(
    void *arg, const struct certificate_row *row, const struct certificate_use *shown)
{
    struct listing *l = arg;
    struct root_use *use = roots_used_get(l->used, row->sha256);
    struct json_out j;

    line_begin(l, row, use ? &use->use : shown, true, &j);
    if (use) {
        use->is_told = true;
        put_hosts(use, &j);
    } else if (!certificate_look_hosts(l->look, row->tag, ROOT_HOSTS, put_host, &j, NULL)) {
        l->failed = true;
    }
    line_end(l, &j);
}

static void put_unsent(struct listing *l)
{
    struct certificate_row row;
    struct json_out j;

    for (size_t i = 0; i < l->used->n; i++) {
        const struct root_use *use = &l->used->at[i];

        if (use->is_told || !root_row(l->desk, use->sha256, &row) ||
            !certificate_fits(&row, l->filter))
            continue;
        line_begin(l, &row, &use->use, false, &j);
        put_hosts(use, &j);
        line_end(l, &j);
    }
}

static int by_end(const void *a, const void *b)
{
    const struct line *x = a, *y = b;

    return (x->ends_s > y->ends_s) - (x->ends_s < y->ends_s);
}

bool roots_list(struct desk *desk, struct flow_look *look, const struct filter *filter,
    struct json_out *j, bool *complete, struct err *e)
{
    struct listing *l = mem_new(sizeof *l);
    const struct certificate_ask ask = {.kind = CERTIFICATE_ROOTS,
        .ours = desk_web(desk)->root_name,
        .filter = filter,
        .after_s = INT64_MIN,
        .after_tag = INT64_MIN,
        .most = ROOTS_MOST,
        .budget_ms = SENT_MS};
    struct certificate_end end = {0};

    l->desk = desk;
    l->look = look;
    l->filter = filter;
    l->used = roots_used_find(look, ask.ours, e);
    bool right = l->used && certificate_look_each(look, &ask, put_sent, l, &end, e);

    if (right && l->failed)
        right = err_set(e, ERR_SYSTEM, "the store of flows cannot tell the hosts of a root");
    if (right) {
        put_unsent(l);
        qsort(l->lines, l->n, sizeof *l->lines, by_end);
        *complete = !end.late && !l->used->is_part;
    }
    for (size_t i = 0; right && i < l->n; i++)
        json_verbatim(j, l->json.at + l->lines[i].begin, l->lines[i].end - l->lines[i].begin);
    mem_free(l->used);
    text_fini(&l->json);
    mem_free(l);
    return right;
}
