#include "mirror.h"

#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>

#include "base/host_pattern.h"
#include "base/mem.h"
#include "base/text.h"
#include "cert/leaf_fault.h"
#include "flow/flow.h"

struct mirror_plan {
    struct mirror_order orders[MIRROR_ORDERS_MOST];
    size_t n;
};

/* What no leaf of ours can have, and the fault that meets an app in the same way. An issuer's fault
 * becomes the leaf's, since there is nobody between our root and the leaf. */
static const struct {
    const char *cause, *fault;
} nearest[] = {
    {"cert-expired-intermediate", "cert-expired-leaf"},
    {"cert-expired-root", "cert-expired-leaf"},
    {"cross-sign-expired", "cert-expired-leaf"},
    {"renewed-not-reloaded", "cert-expired-leaf"},
    {"apex-www-mismatch", "name-mismatch"},
    {"wildcard-depth", "name-mismatch"},
    {"wildcard-bad-position", "name-mismatch"},
    {"wildcard-public-suffix", "name-mismatch"},
    {"ip-not-in-san", "name-mismatch"},
    {"ip-as-dns-san", "name-mismatch"},
    {"idn-mismatch", "name-mismatch"},
    {"sni-default-cert", "name-mismatch"},
    {"cn-not-in-san", "name-mismatch"},
    {"private-root-not-installed", "untrusted-root"},
    {"missing-intermediate-aia", "untrusted-root"},
    {"missing-intermediate-no-aia", "untrusted-root"},
    {"distrusted-ca", "untrusted-root"},
    {"private-ca-long-validity", "validity-too-long"},
    {"weak-signature-md5", "weak-signature-sha1"},
    {"eku-not-server", "eku-missing"},
    {"eku-intermediate", "eku-missing"},
};

struct mirror_plan *mirror_plan_new(void)
{
    return mem_new(sizeof(struct mirror_plan));
}

void mirror_plan_free(struct mirror_plan *p)
{
    mem_free(p);
}

/* Into one form, so that addresses compare as text. */
static bool device_read(const char *text, char out[static MIRROR_DEVICE_CAP], struct err *e)
{
    unsigned char address[sizeof(struct in6_addr)];

    for (int i = 0; i < 2; i++) {
        int family = i ? AF_INET6 : AF_INET;

        if (inet_pton(family, text, address) == 1)
            return inet_ntop(family, address, out, MIRROR_DEVICE_CAP) != NULL;
    }
    return err_set(e, ERR_USAGE, "\"%s\" is no address of a device, as 192.168.1.7", text);
}

/* "HOST%ADDRESS"; either may be missing. */
static bool where_read(const char *text, struct mirror_order *out, struct err *e)
{
    const char *device = strchr(text, '%');
    size_t n = device ? (size_t)(device - text) : strlen(text);

    return host_pattern_read(text, n, out->host, e) &&
           (!device || device_read(device + 1, out->device, e));
}

static bool order_add(struct mirror_plan *p, const struct mirror_order *order, struct err *e)
{
    if (p->n == MIRROR_ORDERS_MOST)
        return err_set(
            e, ERR_USAGE, "more than %d --fault and --mirror-faults", MIRROR_ORDERS_MOST);
    p->orders[p->n++] = *order;
    return true;
}

static bool no_such_fault(const char *cause, struct err *e)
{
    const char *names[32] = {NULL};
    struct text all = {0};

    for (size_t i = 0; i < 31 && leaf_fault_at(i); i++) {
        names[i] = leaf_fault_at(i)->cause;
        text_printf(&all, "%s%s", i ? ", " : "", names[i]);
    }
    const char *near = text_nearest(cause, names);
    err_set(e, ERR_USAGE, "--fault: no \"%s\"%s%s; there are %s", cause,
        near ? "; did you mean " : "", near ? near : "", text_str(&all));
    text_fini(&all);
    return false;
}

bool mirror_plan_add_fault(struct mirror_plan *p, const char *text, struct err *e)
{
    struct mirror_order order = {0};
    char cause[64];
    size_t n = strcspn(text, "@%");

    snprintf(cause, sizeof cause, "%.*s", (int)(n < sizeof cause ? n : sizeof cause - 1), text);
    order.fault = leaf_fault_find(cause);
    if (!order.fault)
        return no_such_fault(cause, e);
    if (!where_read(text[n] == '@' ? text + n + 1 : text + n, &order, e))
        return err_wrap(e, "--fault %s", cause);
    return order_add(p, &order, e);
}

bool mirror_plan_add_sites(struct mirror_plan *p, const char *text, struct err *e)
{
    struct mirror_order order = {0};

    if (text && !where_read(text, &order, e))
        return err_wrap(e, "--mirror-faults");
    return order_add(p, &order, e);
}

size_t mirror_plan_count(const struct mirror_plan *p)
{
    return p ? p->n : 0;
}

const struct mirror_order *mirror_plan_find(
    const struct mirror_plan *p, const char *device_ip, const char *host)
{
    for (size_t i = 0; i < mirror_plan_count(p); i++) {
        const struct mirror_order *order = &p->orders[i];

        if (host_pattern_matches(order->host, host) &&
            (!*order->device || strcmp(order->device, device_ip) == 0))
            return order;
    }
    return NULL;
}

void mirror_order_say(const struct mirror_plan *p, size_t i, struct text *out)
{
    const struct mirror_order *order = &p->orders[i];

    text_printf(out, "%s at %s", order->fault ? order->fault->cause : "the site's own fault",
        *order->host ? order->host : "every host");
    if (*order->device)
        text_printf(out, ", from %s", order->device);
}

static const struct leaf_fault *fault_near(const char *cause)
{
    const struct leaf_fault *same = leaf_fault_find(cause);

    for (size_t i = 0; !same && i < sizeof nearest / sizeof *nearest; i++)
        if (strcmp(nearest[i].cause, cause) == 0)
            return leaf_fault_find(nearest[i].fault);
    return same;
}

const struct leaf_fault *mirror_fault_of(const struct flow *f)
{
    const struct flow_verdict *v = f->server_leg ? f->server_leg->verdict : NULL;
    const struct leaf_fault *fault = NULL;

    for (size_t i = 0; i < f->n_diagnosis && !fault; i++)
        if (f->diagnosis[i].leg && strcmp(f->diagnosis[i].leg, "server") == 0)
            fault = fault_near(f->diagnosis[i].cause);
    for (size_t i = 0; v && i < v->causes.n && !fault; i++)
        fault = fault_near(v->causes.at[i]);
    return fault;
}
