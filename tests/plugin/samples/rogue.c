/* rogue - tries what it did not declare, and what nobody may. The host must stay calm. */
#include <time.h>
#include <whytls/plugin.h>

enum { NOTE_TAKEN, NOTE_REFUSED };

static int32_t body;

static enum whytls_ready load(const struct whytls_host *host, void **shared)
{
    struct whytls_value v;

    (void)shared;
    if (host->field(host, "server_leg.chian.leaf") >= 0 || host->field(host, NULL) >= 0)
        return WHYTLS_FAILED;
    if (host->setting(host, "no_such", &v) || host->setting_item(host, "no_such", 0, &v))
        return WHYTLS_FAILED;
    body = host->field(host, "request.body");
    return WHYTLS_READY;
}

static void on_judged(const struct whytls_call *c)
{
    const struct whytls_host *h = c->host;
    struct whytls_value v = whytls_count(1);
    struct whytls_pair pair = {"x", {.kind = 99}};
    struct whytls_text der;
    unsigned taken = 0;

    taken += h->decide(c, WHYTLS_DO_REFUSE, "because");
    taken += h->set(c, 0, &v);
    taken += h->note(c, 99, NULL, 0);
    taken += h->note(c, NOTE_TAKEN, &pair, 1);
    taken += h->note(c, NOTE_TAKEN, NULL, 3);
    taken += h->get(c, 9999, &v);
    taken += h->get(c, -1, &v);
    taken += h->get(c, body, &v);
    taken += h->item(c, 9999, 0, &v);
    taken += h->certificate(c, 70, &der);
    taken += h->header_set(c, "X", whytls_text_of("y"));
    taken += h->header_remove(c, "cookie");
    taken += h->field(h, "target.host") >= 0;
    h->note(c, taken ? NOTE_TAKEN : NOTE_REFUSED, NULL, 0);
}

static void on_finish(const struct whytls_call *c)
{
    struct timespec nap = {0, 12 * 1000 * 1000};

    (void)c;
    nanosleep(&nap, NULL);
}

static const struct whytls_note_kind notes[] = {
    [NOTE_TAKEN] = {"taken", WHYTLS_HIGH, "something was taken"},
    [NOTE_REFUSED] = {"refused", WHYTLS_LOW, "all was refused"},
    {0},
};
static const struct whytls_hook hooks[] = {
    {WHYTLS_AT_JUDGED, NULL, on_judged}, {WHYTLS_AT_FINISH, NULL, on_finish}, {0}};

const struct whytls_plugin whytls_plugin = {
    WHYTLS_HEAD,
    .name = "rogue",
    .version = "1.0",
    .about = "Misbehaves.",
    .can = WHYTLS_CAN_ANNOTATE,
    .notes = notes,
    .hooks = hooks,
    .load = load,
};
