/* tests/relay/h2_chat.h - a phone and a site that speak HTTP/2 through us, each on plain nghttp2.
 */
#ifndef WHYTLS_TESTS_RELAY_H2_CHAT_H
#define WHYTLS_TESTS_RELAY_H2_CHAT_H

#include <event2/buffer.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/h2_session.h"
#include "relay/relay.h"
#include "support/h2_peer.h"
#include "support/talk.h"

struct h2_chat {
    struct talk *t;
    struct caller *c;
    struct far_site *site;
    struct h2_peer *phone_end, *site_end;
};

/* Both ends speak and listen, until nobody has anything to say. */
static inline void chat_run(struct h2_chat *chat)
{
    struct phone *phone = caller_phone(chat->c);
    bool moved;

    do {
        struct evbuffer *out = h2_peer_out(chat->phone_end);
        size_t n = evbuffer_get_length(out);
        moved = n > 0;
        if (n > 0 && phone_is_open(phone))
            phone_says_n(phone, evbuffer_pullup(out, -1), n);
        evbuffer_drain(out, n);
        if (chat->site_end) {
            out = h2_peer_out(chat->site_end);
            n = evbuffer_get_length(out);
            moved |= n > 0;
            if (n > 0)
                far_site_says_n(chat->site, evbuffer_pullup(out, -1), n);
            evbuffer_drain(out, n);
        }
        talk_run(chat->t);
        n = phone_heard_len(phone);
        moved |= n > 0;
        h2_peer_feed(chat->phone_end, phone_heard(phone), n);
        phone_forget(phone);
        if (chat->site_end) {
            n = far_site_heard_len(chat->site);
            moved |= n > 0;
            h2_peer_feed(chat->site_end, far_site_heard(chat->site), n);
            far_site_forget(chat->site);
        }
    } while (moved);
}

static inline struct h2_chat chat_of(
    struct talk *t, const struct h2_peer_config *phone_end, const struct h2_peer_config *site_end)
{
    struct h2_chat chat = {.t = t};
    struct far_site_config how = *talk_good(t, "shop.example");
    struct phone_config phone = *talk_phone(t, "shop.example");

    how.alpn = "h2";
    phone.h2 = true;
    talk_site(t, "shop.example", &how);
    chat.c = caller_new(t);
    caller_asks(chat.c, "shop.example:443");
    caller_shakes(chat.c, &phone);
    assert_true(phone_is_open(caller_phone(chat.c)));
    chat.site = talk_far(t, 0);
    chat.phone_end = h2_peer_new(phone_end);
    if (site_end)
        chat.site_end = h2_peer_new(site_end);
    return chat;
}

static inline struct h2_chat chat_with(
    const struct h2_peer_config *phone_end, const struct h2_peer_config *site_end)
{
    struct h2_chat chat = chat_of(talk_new_with_rules(), phone_end, site_end);

    chat_run(&chat);
    h2_peer_log(chat.phone_end);
    h2_peer_log(chat.site_end);
    return chat;
}

static inline struct h2_chat chat_begin(void)
{
    return chat_with(
        &(struct h2_peer_config){.site = false}, &(struct h2_peer_config){.site = true});
}

static inline const char *phone_log(struct h2_chat *chat)
{
    chat_run(chat);
    return h2_peer_log(chat->phone_end);
}

static inline const char *site_log(struct h2_chat *chat)
{
    chat_run(chat);
    return h2_peer_log(chat->site_end);
}

/* The record, once everything is over. */
static inline const struct flow *chat_flow(struct h2_chat *chat)
{
    assert_int_equal(relays_open(talk_relays(chat->t)), 0);
    assert_int_equal(talk_flows(chat->t), 1);
    return talk_flow(chat->t, 0);
}

static inline const struct flow *chat_over(struct h2_chat *chat)
{
    caller_closes(chat->c);
    return chat_flow(chat);
}

static inline void chat_end(struct h2_chat *chat)
{
    h2_peer_free(chat->phone_end);
    h2_peer_free(chat->site_end);
    talk_free(chat->t);
}

static inline bool has(const char *log, const char *line)
{
    return strstr(log, line) != NULL;
}

#endif
