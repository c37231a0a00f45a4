#include "silence.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "flow/flow.h"
#include "store/sink.h"

enum { ID_CAP_HERE = 16, CALLED_CAP = 128 };

struct phone {
    char id[ID_CAP_HERE];    /* "": the place is free */
    char called[CALLED_CAP]; /* “Anna's iPhone”, or "the iPhone at 10.0.0.7"; harmless text */
    int64_t heard_ms;        /* steady */
    int n;                   /* connections since it was silent last */
    bool told;
};

struct silence {
    struct silence_config config;
    struct phone phones[SILENCE_PHONES_MOST];
};

static bool is_phone(const char *family)
{
    return family && (strcmp(family, "iPhone") == 0 || strcmp(family, "iPad") == 0 ||
                         strcmp(family, "Android") == 0);
}

static void call_it(struct phone *p, const struct flow_client *client)
{
    struct text called = {0};

    if (client->device->name) {
        text_add(&called, "“");
        text_add_safe(&called, client->device->name, strlen(client->device->name), 60);
        text_add(&called, "”");
    } else {
        text_printf(&called, "the %s at %s", client->device->family, client->ip);
    }
    snprintf(p->called, sizeof p->called, "%s", text_str(&called));
    text_fini(&called);
}

/* Its place, or the one that was heard of longest ago. */
static struct phone *place_of(struct silence *s, const char *id)
{
    struct phone *oldest = &s->phones[0];

    for (size_t i = 0; i < SILENCE_PHONES_MOST; i++) {
        struct phone *p = &s->phones[i];

        if (strcmp(p->id, id) == 0)
            return p;
        if (!p->id[0] || (oldest->id[0] && p->heard_ms < oldest->heard_ms))
            oldest = p;
    }
    *oldest = (struct phone){0};
    snprintf(oldest->id, sizeof oldest->id, "%s", id);
    return oldest;
}

static void silence_flow(void *arg, const struct flow *f)
{
    struct silence *s = arg;
    int64_t now_ms = clock_steady_ms(s->config.clock);

    if (!f->client || !f->client->device->id || !f->client->ip ||
        !is_phone(f->client->device->family))
        return;
    struct phone *p = place_of(s, f->client->device->id);
    if (now_ms - p->heard_ms > SILENCE_MS)
        p->n = 0;
    p->n++;
    p->heard_ms = now_ms;
    p->told = false;
    call_it(p, f->client);
}

static void silence_flush(void *arg)
{
    struct silence *s = arg;
    int64_t now_ms = clock_steady_ms(s->config.clock);

    for (size_t i = 0; i < SILENCE_PHONES_MOST; i++) {
        struct phone *p = &s->phones[i];
        struct text line = {0};

        if (!p->id[0] || p->told || p->n < SILENCE_BUSY || now_ms - p->heard_ms < SILENCE_MS)
            continue;
        text_printf(&line,
            "nothing is heard of %s since %d minutes. It sleeps, or goes past this proxy: mobile "
            "data, another Wi-Fi, a VPN, Private Relay",
            p->called, SILENCE_MS / 60000);
        s->config.tell(s->config.arg, text_str(&line));
        text_fini(&line);
        p->told = true;
    }
}

static void silence_close(void *arg)
{
    mem_free(arg);
}

void silence_open(const struct silence_config *config, struct sink *out)
{
    struct silence *s = mem_new(sizeof *s);

    s->config = *config;
    *out = (struct sink){
        .flow = silence_flow, .flush = silence_flush, .close = silence_close, .arg = s};
}
